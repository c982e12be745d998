// Builds the WebAssembly kernels (called by `npm ci` through "prepare").
console.log('no WebAssembly kernels yet');
