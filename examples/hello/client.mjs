import { io } from 'socket.io-client';

const socket = io(process.argv[2]);
socket.on('said', (...words) => console.log('said', ...words));
console.log(await socket.emitWithAck('say', 'hello', 42));
socket.close();
