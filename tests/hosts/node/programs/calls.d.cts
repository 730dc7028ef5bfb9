import type { Kernel } from 'kernel-client';

declare function calls(Client: typeof Kernel): Promise<string>;

export = calls;
