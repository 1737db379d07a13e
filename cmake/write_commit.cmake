# Writes the source file that knows the commit it is built from; only when that has changed. cmake -DOUT=… -DSOURCE=… -P
execute_process(COMMAND git -C ${SOURCE} describe --always --abbrev=12 --exclude=* --dirty=+
                OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  set(commit "")  # no git, or an archive of the source
endif()
set(text "#include \"app/version.hpp\"\n\nstd::string_view wgw::app::commit() { return \"${commit}\"; }\n")
set(before "")
if(EXISTS ${OUT})
  file(READ ${OUT} before)
endif()
if(NOT text STREQUAL before)
  file(WRITE ${OUT} "${text}")
endif()
