// The class is the whole module, as it is at run time; client.d.ts and models.d.ts put everything else into its namespace.

import { Kernel } from './client.js';

export = Kernel;
