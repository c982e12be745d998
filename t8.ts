import { openRows } from './helpers/import/row_blocks.ts';
import { toWireFills, withFillHash } from './helpers/import/wire_fills.ts';
import { POLY_DATA_ORDER_FILLED as A } from './helpers/venues/polymarket/order_filled.ts';
import { parseTimes } from './helpers/venues/adapter.ts';
import { Canonicaliser } from './helpers/import/canonical.ts';
import { MarketBook } from './helpers/import/market_book.ts';
import { Staging } from './helpers/import/staging.ts';
const T=<X>(n:string,f:()=>X):X=>{const c=process.cpuUsage();const t=performance.now();const r=f();const d=process.cpuUsage(c);console.log(n,((performance.now()-t)/1e3).toFixed(2),'cpu',((d.user+d.system)/1e6).toFixed(2));return r};
let t=performance.now();
const rows=await openRows('/tmp/probe/big.csv',128<<20);
const book=new MarketBook(); const can=new Canonicaliser(book); const st=new Staging('/tmp/stg',false);
let i=0;
for await (const b of rows.blocks){
  console.log('read',((performance.now()-t)/1e3).toFixed(2), b.frame.height);
  T('parseTimes',()=>parseTimes(b.frame,'timestamp'));
  const w=T('wire',()=>toWireFills(b.frame,A,{dataApiRole:null}));
  T('hash',()=>withFillHash(w.fills));
  const c=T('canon',()=>can.apply(w.fills,A));
  T('stage',()=>st.add(0,c.trades));
  if(++i===3)break;
  t=performance.now();
}
T('spill',()=>(st as any).spill());
