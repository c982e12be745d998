/** The part of the WebAssembly interface used here; TypeScript ships it only with the browser's library. */

declare namespace WebAssembly {
  interface Memory {
    readonly buffer: SharedArrayBuffer;
    grow(nPages: number): number;
  }
  interface Module {
    readonly kind?: 'module';
  }
  interface Instance {
    readonly exports: Record<string, unknown>;
  }
  const Memory: new (descriptor: { initial: number; maximum: number; shared: true }) => Memory;
  const Module: {
    new (bytes: Uint8Array): Module;
    exports(module: Module): { name: string; kind: string }[];
  };
  const Instance: new (module: Module, imports: Record<string, Record<string, unknown>>) => Instance;
}
