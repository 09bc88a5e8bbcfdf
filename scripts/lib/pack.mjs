export async function packForThisMachine() { throw new Error('not yet'); }
