/// The agent's flags: names, defaults and rules of Mesos 1.7, then Troupe's own.
#include "runtime/agent_flag_table.hpp"

#include "runtime/agent_flags.hpp"
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

flag_group master_group() {
  return {
      "The master",
      {
          flag("master", kind::text, "The master: host:port, or zk://host:port,.../path.")
              .otherwise_detected("none; required")
              .checked(check::master_address())
              .secret(),
          flag("link_address", kind::text, "host:port of the master's agent link.")
              .otherwise_detected("as the master says")
              .checked(check::host_and_port()),
          flag("link_secret", kind::path, "File with the secret that the master's link asks for.")
              .checked(check::readable_file()),
          flag("registration_backoff_factor", kind::duration,
               "Longest wait before the first registration; doubles with every attempt.")
              .otherwise("1secs"),
          flag("zk_session_timeout", kind::duration, "Time-out of the ZooKeeper session.")
              .otherwise("10secs")
              .without_effect(),
          flag("master_detector", kind::text, "Module that finds the leading master.")
              .refused(plugins),
      },
  };
}

flag_group folders_group() {
  return {
      "Folders",
      {
          flag("work_dir", kind::text, "Folder of sandboxes, checkpoints and volumes.")
              .otherwise_detected("none; required"),
          flag("runtime_dir", kind::text, "Folder of run-time state, gone after a reboot.")
              .otherwise_detected("/var/run/mesos if writable, else in the temporary folder"),
          flag("launcher_dir", kind::text, "Folder of the helper programs.")
              .otherwise_detected("beside the agent's program"),
      },
  };
}

flag_group resources_group() {
  return {
      "Resources",
      {
          flag("resources", kind::text_or_json,
               "What this agent offers, 'cpus:4;mem:1024;ports:[31000-32000]' or JSON; cpus, mem, "
               "disk "
               "and ports that it does not name are detected.")
              .otherwise_detected("detected")
              .checked(check::resources()),
          flag("attributes", kind::text, "What frameworks may know of this agent: rack:r1;zone:z2.")
              .checked(check::attributes()),
          flag("default_role", kind::text, "Role of resources that name none.")
              .otherwise("*")
              .checked(check::roles()),
          flag("resource_provider_config_dir", kind::text,
               "Folder with resource providers as JSON.")
              .without_effect(),
          flag("disk_profile_adaptor", kind::text, "Module that translates disk profiles.")
              .refused(plugins),
          flag("resource_estimator", kind::text,
               "Module that estimates what can be oversubscribed.")
              .refused(plugins),
          flag("qos_controller", kind::text,
               "Module that ends best-effort tasks that disturb others.")
              .refused(plugins),
          flag("qos_correction_interval_min", kind::duration,
               "Least time between such corrections.")
              .otherwise("0ns")
              .without_effect(),
          flag("oversubscribed_resources_interval", kind::duration,
               "Time between estimates of oversubscribed resources.")
              .otherwise("15secs")
              .without_effect(),
      },
  };
}

flag_group executors_group() {
  return {
      "Executors and tasks",
      {
          flag("switch_user", kind::boolean, "Run tasks as their user instead of the agent's.")
              .otherwise("true"),
          flag("frameworks_home", kind::text, "Prefix of relative URIs.").otherwise(""),
          flag(
              "executor_environment_variables", kind::json,
              "Environment of executors, a JSON object of texts; otherwise the agent's is passed."),
          flag("executor_registration_timeout", kind::duration,
               "Time an executor has to register before it is ended.")
              .otherwise("1mins"),
          flag("executor_reregistration_timeout", kind::duration,
               "Time executors have to come back after a restart of the agent.")
              .otherwise("2secs")
              .checked(check::duration_between("", "15secs")),
          flag("executor_reregistration_retry_interval", kind::duration,
               "Time between messages to executors that have not come back.")
              .without_effect(),
          flag("executor_shutdown_grace_period", kind::duration,
               "Time an executor has to shut down before it is killed.")
              .otherwise("5secs"),
          flag("http_heartbeat_interval", kind::duration,
               "Time between heartbeats of attached I/O.")
              .otherwise("30secs")
              .without_effect(),
          flag("http_command_executor", kind::boolean, "Run the command executor over HTTP.")
              .otherwise("false")
              .without_effect(),
          flag("max_completed_executors_per_framework", kind::integer,
               "Completed executors to remember of each framework.")
              .otherwise("150")
              .checked(check::integer_between(0, many)),
      },
  };
}

flag_group recovery_group() {
  return {
      "Recovery and clean-up",
      {
          flag("recover", kind::text, "After a restart 'reconnect' to old executors or 'cleanup'.")
              .otherwise("reconnect")
              .checked(check::one_of({"reconnect", "cleanup"})),
          flag("recovery_timeout", kind::duration,
               "Executors end themselves when the agent stays away so long.")
              .otherwise("15mins"),
          flag("strict", kind::boolean, "Errors of the recovery end the agent.").otherwise("true"),
          flag("reconfiguration_policy", kind::text,
               "What may change across a restart: 'equal' nothing, 'additive' what adds.")
              .otherwise("equal")
              .checked(check::one_of({"equal", "additive"})),
          flag("gc_delay", kind::duration, "Keep old sandboxes at most so long.")
              .otherwise("1weeks"),
          flag("gc_disk_headroom", kind::real, "Part of the disk to keep free of old sandboxes.")
              .otherwise("0.1")
              .checked(check::real_between(0, 1)),
          flag("gc_non_executor_container_sandboxes", kind::boolean,
               "Clean up sandboxes of nested and standalone containers too.")
              .otherwise("false")
              .without_effect(),
          flag("disk_watch_interval", kind::duration, "Time between looks at the disk.")
              .otherwise("1mins"),
      },
  };
}

flag_group fetcher_group() {
  return {
      "Fetcher",
      {
          flag("fetcher_cache_size", kind::bytes, "Space for cached downloads.")
              .otherwise("2GB")
              .without_effect(),
          flag("fetcher_cache_dir", kind::text, "Folder of cached downloads; emptied at start.")
              .otherwise("/tmp/mesos/fetch")
              .without_effect(),
          flag("fetcher_stall_timeout", kind::duration,
               "Give a download up that stands still so long.")
              .otherwise("1mins"),
          flag("hadoop_home", kind::text, "Folder of Hadoop, for hdfs:// URIs.").without_effect(),
      },
  };
}

flag_group security_group() {
  return {
      "Security",
      {
          flag("authenticate_http_readwrite", kind::boolean,
               "Requests that change must authenticate.")
              .otherwise("false")
              .refused(security),
          flag("authenticate_http_readonly", kind::boolean, "Requests that read must authenticate.")
              .otherwise("false")
              .refused(security),
          flag("authenticate_http_executors", kind::boolean, "Executors must authenticate.")
              .otherwise("false")
              .refused(security),
          flag("credential", kind::path, "File with the credential shown to the master.")
              .checked(check::readable_file())
              .without_effect(),
          flag("http_credentials", kind::path, "File with the credentials of HTTP clients.")
              .checked(check::readable_file())
              .without_effect(),
          flag("jwt_secret_key", kind::path, "File with the key of executors' tokens.")
              .formerly("executor_secret_key")
              .checked(check::readable_file())
              .without_effect(),
          flag("acls", kind::json, "Who may do what.").refused(security),
          flag("firewall_rules", kind::json, "Endpoints to switch off.").refused(security),
          flag("authenticatee", kind::text, "How the agent authenticates with the master.")
              .otherwise("crammd5")
              .without_effect(),
          flag("authorizer", kind::text, "Who decides what is allowed.")
              .otherwise("local")
              .refused(plugins),
          flag("http_authenticators", kind::text, "How HTTP requests authenticate.")
              .otherwise("basic")
              .without_effect(),
          flag("secret_resolver", kind::text, "Module that resolves secrets.").refused(plugins),
          flag("authentication_backoff_factor", kind::duration,
               "Growth of authentication's time-out.")
              .otherwise("1secs")
              .without_effect(),
          flag("authentication_timeout_min", kind::duration, "Shortest time-out of authentication.")
              .otherwise("5secs")
              .without_effect(),
          flag("authentication_timeout_max", kind::duration, "Longest time-out of authentication.")
              .otherwise("1mins")
              .without_effect(),
      },
  };
}

flag_group other_group() {
  return {
      "Modules and other",
      {
          flag("modules", kind::json, "Modules to load.").refused(plugins),
          flag("modules_dir", kind::text, "Folder with manifests of modules.").refused(plugins),
          flag("hooks", kind::text, "Hook modules, separated by commas.").refused(plugins),
          flag("agent_features", kind::json, "Capabilities of the agent to switch on.")
              .without_effect(),
          flag("ip6", kind::text, "IPv6 address told to containers on the host network.")
              .without_effect(),
          flag("ip6_discovery_command", kind::text, "Command that prints the IPv6 address.")
              .without_effect(),
          flag("systemd_enable_support", kind::boolean, "Keep containers alive across systemd.")
              .otherwise("true")
              .without_effect(),
          flag("systemd_runtime_directory", kind::text, "Folder of systemd's run-time units.")
              .otherwise("/run/systemd/system")
              .without_effect(),
      },
  };
}

} // namespace

const flag_table& agent_flag_table() {
  static const flag_table table = [] {
    flag_table result{"troupe-agent",
                      "Offers the resources of this machine and runs tasks on it.",
                      {general_flag_group(), network_flag_group("5051"), master_group(),
                       folders_group(), resources_group(), executors_group(), recovery_group(),
                       fetcher_group()}};
    for (auto& group : container_flag_groups())
      result.groups.push_back(std::move(group));
    for (auto& group : {security_group(), other_group(), logging_flag_group()})
      result.groups.push_back(group);
    return result;
  }();
  return table;
}

} // namespace troupe
