/** Recorded cases that are known to fail: {"file/case name": "why, and where it is tracked"}. */
export default {};
