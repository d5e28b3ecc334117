/** Node's pool of small buffers is no larger: https://nodejs.org/api/buffer.html#bufferpoolsize */
export const mostPooledBytes = 64 * 1024;

/**
 * Gives the memory of some bytes back at once: left to the garbage collector it may lie about for as long as 64 MiB of
 * it, and more the longer the process lives. For bytes that nothing reads any more, whatever shares their buffer
 * included: they are gone. What lives in Node's pool of small buffers stays.
 */
export const freeBytes = ({ buffer }: Uint8Array): void => {
  if (buffer instanceof ArrayBuffer && buffer.byteLength > mostPooledBytes) buffer.transfer(0);
};
