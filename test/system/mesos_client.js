// A framework on the unmodified npm package mesos-framework. It prints one JSON object a line.
//   node mesos_client.js MODULES HOST PORT first           100 tasks and one that sleeps
//   node mesos_client.js MODULES HOST PORT second ID TASK  returns as framework ID, kills TASK
"use strict";
const [modules, host, port, phase, frameworkId, taskId] = process.argv.slice(2);
const { Scheduler, Mesos } = require(modules + "/mesos-framework");
const mesos = Mesos.getMesos();
const say = (what, data) => console.log("EVENT " + JSON.stringify(Object.assign({ what }, data)));
const command = (text) => new mesos.CommandInfo(null, null, true, text, null, null);
const resources = { cpus: 0.1, mem: 32, ports: 0, disk: 0 };
const tasks = phase === "first" ? {
  quick: { priority: 1, instances: 100, commandInfo: command("exit 0"), resources },
  sleeper: { priority: 2, instances: 1, commandInfo: command("sleep 1000"), resources }
} : {};

const scheduler = new Scheduler({
  masterUrl: host, port: Number(port), frameworkName: "npm-client", tasks,
  frameworkFailoverTimeout: 3600, restartStates: [],
  logging: { level: "error" }
});
if (frameworkId) scheduler.frameworkId = frameworkId;
const finished = new Set();
let sleeper = taskId, agent = null, reconciled = false;
// Calls under way when the framework is torn down are refused, rightly.
let toAcknowledge = 0, killed = false, leaving = false;
const leaveWhenAcknowledged = () => {
  if (!killed || toAcknowledge > 0 || leaving) return;
  leaving = true;
  scheduler.on("sent_teardown", () => { say("end", {}); process.exit(0); });
  scheduler.teardown();
};

scheduler.on("ready", () => scheduler.subscribe());
scheduler.on("error", (error) => {
  if (!leaving) say("error", { text: String(error.message || error) });
});
scheduler.on("sent_acknowledge", () => { toAcknowledge--; leaveWhenAcknowledged(); });
scheduler.on("subscribed", (info) => {
  say("subscribed", { id: info.frameworkId });
  if (phase === "second") scheduler.reconcile();
});
scheduler.on("update", (update) => {
  const status = update.status, id = status.task_id.value;
  say("update", { task: id, state: status.state, reason: status.reason, uuid: status.uuid });
  if (status.uuid) toAcknowledge++;
  if (status.state === "TASK_FINISHED") finished.add(id);
  if (/sleeper/.test(id)) {
    if (status.state === "TASK_RUNNING") { sleeper = id; agent = status.agent_id.value; }
    if (phase === "second" && status.reason === "REASON_RECONCILIATION" && !reconciled) {
      reconciled = true;
      scheduler.kill(id, agent);
    }
    if (status.state === "TASK_KILLED") killed = true;
  }
  if (phase === "first" && finished.size === 100 && agent) {
    if (status.reason === "REASON_RECONCILIATION") say("ready to fail over", { task: sleeper });
    else if (!reconciled) { reconciled = true; scheduler.reconcile(sleeper, agent); }
  }
});
