/** The files of recorded cases that clients meet; the slow one only when asked for. */
export const kFiles = [
    'setup', 'rest-public', 'rest-head', 'rest-docs', 'rest-raw-http', 'rest-auth-sign-up', 'rest-auth-sign-in', 'rest-auth-guard',
    'rest-user', 'rest-chat', 'socket-raw', 'socket-io-client', ...(process.env.WGW_SLOW === '1' ? ['socket-heartbeat'] : []),
];
