// node relay.mjs ws|uws <port>: the relay of the bench on Socket.IO, with its own engine or with that of uWebSockets.
// CONNECT {"room":"7"} joins room 7; ["send",x] is told to everybody in it as ["recv",x], the sender too.
import { Server } from 'socket.io';

const [engine, port] = process.argv.slice(2);
const io = new Server({ serveClient: false });

io.on('connection', (socket) => {
    const { room } = socket.handshake.auth;
    socket.join(room);
    socket.on('send', (message) => io.to(room).emit('recv', message));
});

if (engine === 'uws') {
    const { default: uws } = await import('uwebsockets');
    const app = uws.App();
    io.attachApp(app);
    app.listen('127.0.0.1', Number(port), (listening) => console.log(listening ? `listening on ${port}` : 'cannot listen'));
} else {
    const { createServer } = await import('node:http');
    const http = createServer();
    io.attach(http);
    http.listen({ host: '127.0.0.1', port: Number(port), backlog: 4096 }, () => console.log(`listening on ${port}`));
}
