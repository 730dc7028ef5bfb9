// The Kernel API on this machine, for tests of programs that use it.

import type { Kernel } from './client.js';
import type { ManagedAuth } from './models.js';

/**
 * What a world is made with, by the simulator's own names. Its README has all of them; whatever is left out is as in a
 * world with nothing special.
 */
export interface WorldOptions {
  /** The auth connections that exist. */
  connections?: readonly ({ readonly id: string; readonly script?: Script } & Readonly<Record<string, unknown>>)[];
  /** What logins of connections run that `create` makes: the name of a script, or a script. Default: `password`. */
  script?: Script;
  /** Further scripts, by name. */
  scripts?: Readonly<Record<string, object>>;
  /** What goes wrong. */
  faults?: readonly Readonly<Record<string, unknown>>[];
  /** A factor for the times in scripts. Default: 0, a login waits for nothing but its user. */
  pace?: number;
  /** The instant at which the world's clock starts. */
  now?: string;
  /** Whether the world's clock moves by `advance` only. */
  frozen?: boolean;
  readonly [more: string]: unknown;
}

/** How a login goes: the name of one that comes with the simulator (`password`, `mfa_code`, ...), or one of your own. */
export type Script = string | object;

/** What a world has received, and how its connections stand; the simulator's README has the rest. */
export interface WorldState {
  readonly now: string;
  readonly connections: readonly {
    readonly id: string;
    readonly managed_auth: ManagedAuth;
    readonly [more: string]: unknown;
  }[];
  /** What was received, the newest 1000. */
  readonly requests: readonly {
    readonly method: string;
    readonly path: string;
    readonly query: string;
    /** Names in lower case. */
    readonly headers: readonly (readonly [name: string, value: string])[];
    readonly body: string;
    readonly completed: boolean;
    readonly aborted: boolean;
    readonly [more: string]: unknown;
  }[];
  readonly requests_total: number;
  readonly [more: string]: unknown;
}

/** One API of its own: connections, logins, a clock, and a record of what it received. */
export declare class World implements AsyncDisposable {
  protected constructor();

  /** The name of the world. */
  readonly id: string;
  /** Where its API is. */
  readonly baseURL: string;
  /** A key that may do everything. */
  readonly apiKey: string;
  /** A client of it, ready to use. */
  readonly client: Kernel;
  /** `KERNEL_API_KEY` and `KERNEL_BASE_URL`, which lead another process here. */
  readonly env: { readonly KERNEL_API_KEY: string; readonly KERNEL_BASE_URL: string };
  /** Address of the record that `state` reads, for another process. */
  readonly record: string;
  /** The certificate to trust, where the world speaks TLS. */
  readonly ca: string | undefined;

  /**
   * What it has received, and how its connections stand.
   *
   * @param until what to wait for, 10 seconds at most, for example `{ wait_requests: 2 }` or
   *   `{ wait_state: 'ma_1:AWAITING_INPUT' }`.
   */
  state(until?: Readonly<Record<string, string | number>> | string): Promise<WorldState>;
  /** Moves the world's clock; ends once all that falls due has happened. */
  advance(milliseconds: number): Promise<{ now: string }>;
  /**
   * Does to a connection what nobody can do through the API: `act` (the person did what was asked elsewhere), `cancel`
   * (the flow is called off), `expire_session` (the site forgot the person), `health_check`.
   */
  do(connection: string, what: 'act' | 'cancel' | 'expire_session' | 'health_check'): Promise<ManagedAuth>;
  /** Any other request to the control of this world. */
  control(part: string, body: object): Promise<unknown>;
  /** Closes the world with all its connections. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * The Kernel API on this machine, in a process of its own, and the world at its main address, which has a connection
 * for every script that comes along: `ma_password`, `ma_mfa_code`, ...
 *
 * It never keeps the process alive, and ends with it.
 *
 * @example
 * await using simulator = await Simulator.start();
 * await using world = await simulator.openWorld({ connections: [{ id: 'ma_1', script: 'mfa_code' }] });
 * await world.client.auth.connections.login('ma_1');
 */
export declare class Simulator extends World {
  private constructor();

  /** Starts the program `kernel-simulator`. */
  static start(options?: {
    /** The program. Default: `KERNEL_SIMULATOR_BINARY`, or else `kernel-simulator` on the `PATH`. */
    binary?: string;
    /** A file that says what the main address is, as `openWorld` takes it. */
    scenario?: string;
    /** Whether it writes what happens to standard error. */
    log?: boolean;
  }): Promise<Simulator>;
  /** One that is running already. */
  static at(address: string): Simulator;

  /** Opens a world of its own, on an address of its own. */
  openWorld(options?: WorldOptions): Promise<World>;
  /** Ends the program, if it was started here. */
  close(): Promise<void>;
}
