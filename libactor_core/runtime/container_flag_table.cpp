#include "runtime/agent_flag_table.hpp"
#include "runtime/flag_checks.hpp"

namespace troupe {

namespace {

using flag = flag_spec;
using kind = flag_kind;
namespace check = flag_checks;

constexpr auto no_images = "tasks with images would be refused";

flag_group containers_group() {
  return {
      "Containers",
      {
          flag("containerizers", kind::text, "Who runs containers, separated by commas.")
              .otherwise("mesos")
              .checked(check::list_of({"mesos", "docker"}))
              .refused("only mesos exists"),
          flag("isolation", kind::text, "Isolators, separated by commas.")
              .otherwise("posix/cpu,posix/mem"),
          flag("launcher", kind::text, "How processes are started: posix or linux.")
              .otherwise("posix")
              .checked(check::one_of({"posix", "linux"}))
              .refused("only posix exists"),
          flag("container_logger", kind::text, "Module that keeps the output of containers.")
              .otherwise_detected("files in the sandbox")
              .refused("modules of Mesos cannot be loaded"),
          flag("sandbox_directory", kind::text, "Where a container with an image sees its sandbox.")
              .otherwise("/mnt/mesos/sandbox")
              .checked(check::absolute_path())
              .without_effect(),
          flag("default_container_info", kind::json, "ContainerInfo of executors that bring none.")
              .without_effect(),
          flag("disallow_sharing_agent_pid_namespace", kind::boolean,
               "Top-level containers get a PID namespace of their own.")
              .otherwise("false")
              .refused("containers would share the agent's PID namespace"),
          flag("effective_capabilities", kind::json, "Capabilities that tasks get by default.")
              .formerly("allowed_capabilities")
              .refused("tasks would keep all capabilities"),
          flag("bounding_capabilities", kind::json, "Capabilities that tasks get at most.")
              .refused("tasks would keep all capabilities"),
          flag("allowed_devices", kind::json, "Devices that containers may use.").without_effect(),
          flag("nvidia_gpu_devices", kind::text, "GPUs to offer, by index.").without_effect(),
      },
  };
}

flag_group images_group() {
  return {
      "Images",
      {
          flag("image_providers", kind::text, "Kinds of images: APPC, DOCKER.")
              .checked(check::list_of({"APPC", "DOCKER"}))
              .refused(no_images),
          flag("image_provisioner_backend", kind::text, "bind, copy, overlay or aufs.")
              .checked(check::one_of({"bind", "copy", "overlay", "aufs"}))
              .without_effect(),
          flag("image_gc_config", kind::json, "When to remove unused images.").without_effect(),
          flag("appc_simple_discovery_uri_prefix", kind::text, "Prefix of Appc images' URIs.")
              .otherwise("http://")
              .without_effect(),
          flag("appc_store_dir", kind::text, "Folder of Appc images.")
              .otherwise("/tmp/mesos/store/appc")
              .without_effect(),
          flag("docker_registry", kind::text, "Where Docker images come from.")
              .otherwise("https://registry-1.docker.io")
              .without_effect(),
          flag("docker_store_dir", kind::text, "Folder of Docker images.")
              .otherwise("/tmp/mesos/store/docker")
              .without_effect(),
          flag("docker_volume_checkpoint_dir", kind::text, "Folder of Docker volumes' state.")
              .otherwise("/var/run/mesos/isolators/docker/volume")
              .without_effect(),
          flag("docker_config", kind::json, "Configuration of Docker with registry credentials.")
              .without_effect(),
      },
  };
}

flag_group docker_group() {
  return {
      "Docker containerizer",
      {
          flag("docker", kind::text, "The docker program.").otherwise("docker").without_effect(),
          flag("docker_remove_delay", kind::duration, "Keep ended containers so long.")
              .otherwise("6hrs")
              .without_effect(),
          flag("docker_kill_orphans", kind::boolean, "End containers nobody knows any more.")
              .otherwise("true")
              .without_effect(),
          flag("docker_mesos_image", kind::text, "Image of this agent, if it runs in Docker.")
              .without_effect(),
          flag("docker_socket", kind::text, "Socket of the Docker daemon.")
              .otherwise("/var/run/docker.sock")
              .without_effect(),
          flag("docker_stop_timeout", kind::duration, "Deprecated: time to end before the kill.")
              .otherwise("0ns")
              .without_effect(),
          flag("default_container_dns", kind::json, "DNS of containers by network.")
              .without_effect(),
      },
  };
}

flag_group cgroups_group() {
  return {
      "Control groups",
      {
          flag("cgroups_hierarchy", kind::text, "Where cgroups are mounted.")
              .otherwise("/sys/fs/cgroup")
              .without_effect(),
          flag("cgroups_root", kind::text, "The cgroup that holds all containers.")
              .otherwise("mesos")
              .without_effect(),
          flag("cgroups_enable_cfs", kind::boolean, "Limit CPU time to what was asked for.")
              .otherwise("false")
              .without_effect(),
          flag("cgroups_limit_swap", kind::boolean, "Limit swap too.")
              .otherwise("false")
              .without_effect(),
          flag("cgroups_cpu_enable_pids_and_tids_count", kind::boolean,
               "Count processes and threads of containers.")
              .otherwise("false")
              .without_effect(),
          flag("cgroups_destroy_timeout", kind::duration, "Longest time to remove a cgroup.")
              .otherwise("1mins")
              .without_effect(),
          flag("cgroups_net_cls_primary_handle", kind::text, "Primary net_cls handle: 0xAAAA.")
              .without_effect(),
          flag("cgroups_net_cls_secondary_handles", kind::text,
               "Range of secondary net_cls handles: 0xAAAA,0xBBBB.")
              .without_effect(),
          flag("agent_subsystems", kind::text, "cgroup subsystems for the agent itself.")
              .formerly("slave_subsystems")
              .without_effect(),
          flag("perf_events", kind::text, "perf events to sample, separated by commas.")
              .without_effect(),
          flag("perf_interval", kind::duration, "Time between samples.")
              .otherwise("1mins")
              .without_effect(),
          flag("perf_duration", kind::duration, "Length of a sample.")
              .otherwise("10secs")
              .without_effect(),
          flag("revocable_cpu_low_priority", kind::boolean, "Revocable CPUs get few shares.")
              .otherwise("true")
              .without_effect(),
      },
  };
}

flag_group networks_group() {
  return {
      "Container networks",
      {
          flag("network_cni_plugins_dir", kind::text, "Folders of CNI plug-ins, a:b.")
              .without_effect(),
          flag("network_cni_config_dir", kind::text, "Folder of CNI network configurations.")
              .without_effect(),
          flag("network_cni_root_dir_persist", kind::boolean, "Keep CNI state across reboots.")
              .otherwise("false")
              .without_effect(),
          flag("network_cni_metrics", kind::boolean, "Publish metrics of CNI.")
              .otherwise("true")
              .without_effect(),
          flag("container_ports_watch_interval", kind::duration,
               "Time between looks at open ports.")
              .otherwise("30secs")
              .without_effect(),
          flag("check_agent_port_range_only", kind::boolean, "Look only at ports that are offered.")
              .otherwise("false")
              .without_effect(),
          flag("enforce_container_ports", kind::boolean, "End containers that use others' ports.")
              .otherwise("false")
              .without_effect(),
          flag("ephemeral_ports_per_container", kind::integer,
               "port_mapping: ports of a container.")
              .otherwise("1024")
              .checked(check::integer_between(1, 65535))
              .without_effect(),
          flag("eth0_name", kind::text, "port_mapping: name of the network device.")
              .without_effect(),
          flag("lo_name", kind::text, "port_mapping: name of the loopback device.")
              .without_effect(),
          flag("egress_rate_limit_per_container", kind::bytes, "port_mapping: bytes a second.")
              .without_effect(),
          flag("egress_unique_flow_per_container", kind::boolean, "port_mapping: a flow each.")
              .otherwise("false")
              .without_effect(),
          flag("egress_flow_classifier_parent", kind::text,
               "port_mapping: parent of the classifier.")
              .otherwise("root")
              .without_effect(),
          flag("network_enable_socket_statistics_summary", kind::boolean,
               "port_mapping: summary of sockets.")
              .otherwise("false")
              .without_effect(),
          flag("network_enable_socket_statistics_details", kind::boolean,
               "port_mapping: details of sockets.")
              .otherwise("false")
              .without_effect(),
          flag("network_enable_snmp_statistics", kind::boolean, "port_mapping: SNMP statistics.")
              .otherwise("false")
              .without_effect(),
      },
  };
}

flag_group disks_group() {
  return {
      "Container disks",
      {
          flag("container_disk_watch_interval", kind::duration, "Time between looks at disk usage.")
              .otherwise("15secs")
              .without_effect(),
          flag("enforce_container_disk_quota", kind::boolean, "End containers above their quota.")
              .otherwise("false")
              .without_effect(),
          flag("xfs_project_range", kind::text, "disk/xfs: project ids to use.")
              .otherwise("[5000-10000]")
              .without_effect(),
          flag("xfs_kill_containers", kind::boolean, "disk/xfs: end containers above their quota.")
              .otherwise("false")
              .without_effect(),
      },
  };
}

} // namespace

std::vector<flag_group> container_flag_groups() {
  return {containers_group(), images_group(),   docker_group(),
          cgroups_group(),    networks_group(), disks_group()};
}

} // namespace troupe
