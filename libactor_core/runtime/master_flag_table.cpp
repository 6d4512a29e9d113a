/// The master's flags: names, defaults and rules of Mesos 1.7, then Troupe's own.
#include "runtime/common_flags.hpp"
#include "runtime/flag_checks.hpp"

namespace troupe {

namespace {

using flag = flag_spec;
using kind = flag_kind;
namespace check = flag_checks;

constexpr std::int64_t many = 1'000'000'000;
constexpr auto security = "access would not be controlled as asked";
constexpr auto plugins = "modules of Mesos cannot be loaded";

flag_group link_group() {
  return {
      "Agent link",
      {
          flag("link_port", kind::integer, "Port where agents connect; 0 lets the machine choose.")
              .otherwise_detected("--port + 10")
              .checked(check::port_or_any()),
          flag("link_secret", kind::path, "File with the secret that agents must know.")
              .checked(check::readable_file()),
          flag("link_open", kind::boolean,
               "Without a secret the link listens on loopback only. This opens it to everybody.")
              .otherwise("false"),
      },
  };
}

flag_group registry_group() {
  return {
      "Registry",
      {
          flag("work_dir", kind::text, "Folder for what must survive a restart.")
              .otherwise_detected("none; required with --registry=replicated_log"),
          flag("registry", kind::text,
               "'replicated_log' keeps the registry in a file in --work_dir, 'in_memory' forgets "
               "it.")
              .otherwise("replicated_log")
              .checked(check::one_of({"replicated_log", "in_memory"})),
          flag("registry_fetch_timeout", kind::duration, "Longest time to read the registry.")
              .otherwise("1mins"),
          flag("registry_store_timeout", kind::duration,
               "Longest time to write the registry; the master exits when it takes longer.")
              .otherwise("20secs"),
          flag("registry_strict", kind::boolean, "No longer supported; must be false.")
              .otherwise("false")
              .refused("it was never safe to use"),
          flag("registry_gc_interval", kind::duration, "Time between clean-ups of the registry.")
              .otherwise("15mins")
              .without_effect(),
          flag("registry_max_agent_age", kind::duration,
               "Keep lost agents in the registry so long.")
              .otherwise("2weeks"),
          flag("registry_max_agent_count", kind::integer,
               "Keep so many lost agents in the registry.")
              .otherwise("102400")
              .checked(check::integer_between(0, many)),
          flag("log_auto_initialize", kind::boolean, "Set up an empty replicated log.")
              .otherwise("true")
              .without_effect(),
      },
  };
}

flag_group election_group() {
  return {
      "Several masters",
      {
          flag("zk", kind::text, "ZooKeeper for the election: zk://host:port,.../path.")
              .secret()
              .refused("one master without ZooKeeper must not act as one of several"),
          flag("zk_session_timeout", kind::duration, "Time-out of the ZooKeeper session.")
              .otherwise("10secs")
              .without_effect(),
          flag("quorum", kind::integer, "Replicas of the registry that must agree.")
              .checked(check::integer_between(1, many))
              .without_effect(),
          flag("master_contender", kind::text, "Module that takes part in the election.")
              .refused(plugins),
          flag("master_detector", kind::text, "Module that finds the leading master.")
              .refused(plugins),
      },
  };
}

flag_group agents_group() {
  return {
      "Agents",
      {
          flag("agent_ping_timeout", kind::duration, "Time an agent has to answer a ping.")
              .otherwise("15secs")
              .formerly("slave_ping_timeout")
              .checked(check::duration_between("1secs", "15mins")),
          flag("max_agent_ping_timeouts", kind::integer,
               "Pings in a row that an agent may miss before it is unreachable.")
              .otherwise("5")
              .formerly("max_slave_ping_timeouts")
              .checked(check::integer_between(1, many)),
          flag("agent_reregister_timeout", kind::duration,
               "Time agents have to come back after a failover of the master.")
              .otherwise("10mins")
              .formerly("slave_reregister_timeout")
              .checked(check::duration_between("10mins", "")),
          flag("recovery_agent_removal_limit", kind::text,
               "The master exits if more of the agents than this are missing after a failover.")
              .otherwise("100%")
              .formerly("recovery_slave_removal_limit")
              .checked(check::percentage()),
          flag("agent_removal_rate_limit", kind::text,
               "Agents to mark unreachable at most, as number/duration.")
              .formerly("slave_removal_rate_limit")
              .checked(check::rate())
              .without_effect(),
          flag("require_agent_domain", kind::boolean, "Refuse agents without a fault domain.")
              .otherwise("false"),
          flag("whitelist", kind::path,
               "File of the host names of agents whose resources are offered, one a line, read "
               "every "
               "5 s; * for all."),
          flag("max_executors_per_agent", kind::integer, "Executors on one agent at most.")
              .formerly("max_executors_per_slave")
              .checked(check::integer_between(0, many))
              .without_effect(),
      },
  };
}

flag_group allocation_group() {
  return {
      "Allocation",
      {
          flag("allocation_interval", kind::duration, "Time between allocations of all resources.")
              .otherwise("1secs")
              .checked(check::duration_between("1ms", "")),
          flag("offer_timeout", kind::duration, "Take offers back that nobody answered so long."),
          flag("min_allocatable_resources", kind::text,
               "Offer nothing smaller: sets of quantities, | between sets, ; inside a set.")
              .otherwise("cpus:0.01|mem:32")
              .checked(check::quantity_sets()),
          flag("filter_gpu_resources", kind::boolean,
               "Offer machines with GPUs only to frameworks that ask for GPUs.")
              .otherwise("true"),
          flag("fair_sharing_excluded_resource_names", kind::text,
               "Resources that do not count for fair sharing, separated by commas."),
          flag("role_sorter", kind::text, "Policy between roles: drf or random.")
              .otherwise("drf")
              .formerly("user_sorter")
              .checked(check::one_of({"drf", "random"})),
          flag("framework_sorter", kind::text,
               "Policy between frameworks of a role: drf or random.")
              .otherwise("drf")
              .checked(check::one_of({"drf", "random"})),
          flag("roles", kind::text, "Deprecated: the only roles allowed, separated by commas.")
              .checked(check::roles()),
          flag("weights", kind::text, "Deprecated: weights of roles, role=weight,...")
              .checked(check::weights()),
          flag("allocator", kind::text, "The allocator to use.")
              .otherwise("hierarchical")
              .checked(check::one_of({"hierarchical", "HierarchicalDRF"})),
      },
  };
}

flag_group frameworks_group() {
  return {
      "Frameworks and state",
      {
          flag("root_submissions", kind::boolean, "Let frameworks run tasks as root.")
              .otherwise("true"),
          flag("max_completed_frameworks", kind::integer, "Completed frameworks to remember.")
              .otherwise("50")
              .checked(check::integer_between(0, many)),
          flag("max_completed_tasks_per_framework", kind::integer,
               "Completed tasks to remember of each framework.")
              .otherwise("1000")
              .checked(check::integer_between(0, many)),
          flag("max_unreachable_tasks_per_framework", kind::integer,
               "Unreachable tasks to remember of each framework.")
              .otherwise("1000")
              .checked(check::integer_between(0, many)),
          flag("cluster", kind::text, "Name of the cluster, for people."),
          flag("state_replicas", kind::integer,
               "Copies of the state that answer reads in parallel.")
              .otherwise_detected("one a core, at least 2")
              .checked(check::integer_between(1, 256)),
          flag("max_operator_event_stream_subscribers", kind::integer,
               "Event streams of the operator API; who comes then takes the oldest one's place.")
              .otherwise("1000")
              .checked(check::integer_between(1, many)),
          flag("webui_dir", kind::text, "Folder of the web UI's files.")
              .otherwise("/usr/share/troupe/webui")
              .without_effect(),
      },
  };
}

flag_group security_group() {
  return {
      "Security",
      {
          flag("authenticate_frameworks", kind::boolean,
               "Frameworks of the v0 API must authenticate.")
              .otherwise("false")
              .formerly("authenticate")
              .refused(security),
          flag("authenticate_agents", kind::boolean, "Agents must authenticate.")
              .otherwise("false")
              .formerly("authenticate_slaves")
              .refused("use --link_secret"),
          flag("authenticate_http_readwrite", kind::boolean,
               "Requests that change must authenticate.")
              .otherwise("false")
              .formerly("authenticate_http")
              .refused(security),
          flag("authenticate_http_readonly", kind::boolean, "Requests that read must authenticate.")
              .otherwise("false")
              .refused(security),
          flag("authenticate_http_frameworks", kind::boolean, "Frameworks must authenticate.")
              .otherwise("false")
              .refused(security),
          flag("authentication_v0_timeout", kind::duration, "Time to authenticate with the v0 API.")
              .otherwise("15secs")
              .without_effect(),
          flag("credentials", kind::path, "File with the credentials of all principals.")
              .checked(check::readable_file())
              .without_effect(),
          flag("acls", kind::json, "Who may do what.").refused(security),
          flag("firewall_rules", kind::json, "Endpoints to switch off.").refused(security),
          flag("rate_limits", kind::json, "Limits on frameworks' messages.").without_effect(),
          flag("authenticators", kind::text, "How agents and v0 frameworks authenticate.")
              .otherwise("crammd5")
              .without_effect(),
          flag("authorizers", kind::text, "Who decides what is allowed.")
              .otherwise("local")
              .refused(plugins),
          flag("http_authenticators", kind::text, "How HTTP requests authenticate.")
              .otherwise("basic")
              .without_effect(),
          flag("http_framework_authenticators", kind::text, "How HTTP frameworks authenticate.")
              .without_effect(),
      },
  };
}

flag_group modules_group() {
  return {
      "Modules",
      {
          flag("modules", kind::json, "Modules to load.").refused(plugins),
          flag("modules_dir", kind::text, "Folder with manifests of modules.").refused(plugins),
          flag("hooks", kind::text, "Hook modules, separated by commas.").refused(plugins),
      },
  };
}

} // namespace

const flag_table& master_flag_table() {
  static const flag_table table{"troupe-master",
                                "Pools the resources of many agents and offers them to frameworks.",
                                {general_flag_group(), network_flag_group("5050"), link_group(),
                                 registry_group(), election_group(), agents_group(),
                                 allocation_group(), frameworks_group(), security_group(),
                                 modules_group(), logging_flag_group()}};
  return table;
}

} // namespace troupe
