import { openSqlite } from '/work/main/store/sqlite.ts';
import { createPast } from '/work/main/functions/own/past.ts';
import { historyOf } from '/work/main/functions/own/history.ts';
import { meshFolding } from '/work/main/events/folding.ts';
import { mkdtempSync } from 'node:fs';
const { events, views } = openSqlite(mkdtempSync('/tmp/h/hb-') + '/x.db', { now: Date.now });
const N = 50_000; const stream='mesh/111111111111/m';
const actor={accountId:'111111111111',arn:'arn:aws:iam::111111111111:user/x'};
let v=0; const base=()=>({id:String(++v),stream,version:v,time:v,schema:1,actor,requestId:'r'});
const c=(e:any)=>({...base(),events:[e]});
const ref={kind:'virtualNode',name:'a'}, rare={kind:'virtualNode',name:'b'};
const ev=[c({type:'ResourceCreated',ref:{kind:'mesh',name:'m'},owner:actor.accountId,uid:'u',spec:{},tags:[]}),c({type:'ResourceCreated',ref,owner:actor.accountId,uid:'u',spec:{},tags:[]}),c({type:'ResourceCreated',ref:rare,owner:actor.accountId,uid:'u',spec:{},tags:[]})];
for(let i=0;i<N;i++) ev.push(c({type:'ResourceUpdated',ref,uid:'u',version:i+2,spec:{listeners:[{portMapping:{port:1+i%9,protocol:'http'}}]}}));
for (const e of ev) await events.append([e as any]);
let state:any=meshFolding.initial(stream); for (const e of ev) state=meshFolding.evolve(state,e as any);
const past=createPast(events,views);
for (const [name,r,range] of [['mesh newest',{kind:'mesh',name:'m'},{}],['rare',rare,{}],['mesh oldest',{kind:'mesh',name:'m'},{before:101}]] as any) {
  const t=performance.now(); const p=await historyOf(past,{mesh:state,ref:r} as any,'us-east-1',{from:1,before:state.sequence+1,limit:100,...range}); console.log(name,p.entries.length,(performance.now()-t).toFixed(0)+' ms');
}
let t=performance.now(); await past.stateAt(state, N/2); console.log('stateAt', (performance.now()-t).toFixed(0)); t=performance.now(); console.log(await past.sequenceAt(state, 777), (performance.now()-t).toFixed(1));
process.exit(0);
