// Starts a login and prints where the user signs in. KERNEL_API_KEY holds the key.
//
//   node login.mjs ma_123

import Kernel, { APIError } from 'kernel-client';

const client = new Kernel();

try {
  const login = await client.auth.connections.login(process.argv[2] ?? 'ma_login');
  console.log(`id: ${login.id}`);
  console.log(`flow_type: ${login.flow_type}`);
  console.log(`hosted_url: ${login.hosted_url}`);
  console.log(`flow_expires_at: ${login.flow_expires_at}`);
  console.log(`live_view_url: ${login.live_view_url ?? '-'}`);
} catch (error) {
  if (!(error instanceof APIError)) throw error;
  console.error(error);
  process.exitCode = 1;
}
