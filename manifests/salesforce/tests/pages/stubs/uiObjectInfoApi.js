import { adapterOf } from './scene';

export const getObjectInfo = adapterOf(({ createable = true }) => ({ data: { createable } }));
