package tocsin.ingest.host;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import oshi.SystemInfo;
import oshi.hardware.CentralProcessor;
import oshi.hardware.GlobalMemory;
import oshi.hardware.HardwareAbstractionLayer;
import oshi.hardware.NetworkIF;
import oshi.software.os.FileSystem;
import oshi.software.os.OSFileStore;
import oshi.software.os.OperatingSystem;

/** What is read from a machine. */
final class Readings {
    /** File systems that hold nothing that could fill up in a way that matters, or that cannot be written at all. */
    private static final Set<String> PSEUDO = Set.of(
            "autofs",
            "binfmt_misc",
            "bpf",
            "cgroup",
            "cgroup2",
            "configfs",
            "debugfs",
            "devfs",
            "devpts",
            "devtmpfs",
            "efivarfs",
            "fuse.lxcfs",
            "fusectl",
            "hugetlbfs",
            "iso9660",
            "mqueue",
            "nsfs",
            "proc",
            "pstore",
            "ramfs",
            "rpc_pipefs",
            "securityfs",
            "squashfs",
            "sysfs",
            "tmpfs",
            "tracefs");

    private static final int MAX_DEVICES = 64;

    private Readings() {}

    /** Loads the native code behind it on first use, so that a machine which refuses that only loses these readings. */
    private static final class Machine {
        private @Nullable SystemInfo system;

        SystemInfo system() {
            if (system == null) {
                system = new SystemInfo();
            }
            return system;
        }
    }

    static List<Reading> all() {
        var machine = new Machine();
        var cpu = new Cpu();
        var disks = new Disks();
        return List.of(
                new Reading("the processor", sink -> cpu.read(hardware(machine).getProcessor(), sink)),
                new Reading("the load", sink -> load(hardware(machine).getProcessor(), sink)),
                new Reading("the memory", sink -> memory(hardware(machine).getMemory(), sink)),
                new Reading("the file systems", sink -> fileSystems(os(machine).getFileSystem(), sink)),
                new Reading("the network", sink -> network(hardware(machine), sink)),
                new Reading("the disks", sink -> disks.read(hardware(machine), sink)),
                new Reading(
                        "the uptime",
                        sink -> sink.add(
                                "host_uptime_seconds", (double) os(machine).getSystemUptime())));
    }

    private static HardwareAbstractionLayer hardware(Machine machine) {
        return machine.system().getHardware();
    }

    private static OperatingSystem os(Machine machine) {
        return machine.system().getOperatingSystem();
    }

    /** The share of time not idle between two readings; the first reading has nothing to compare with. */
    static final class Cpu {
        private long @Nullable [] before;

        void read(CentralProcessor processor, Sink sink) {
            long[] now = processor.getSystemCpuLoadTicks();
            if (before != null) {
                sink.add("host_cpu_utilization", processor.getSystemCpuLoadBetweenTicks(before, now));
            }
            before = now;
        }
    }

    private static void load(CentralProcessor processor, Sink sink) {
        double load = processor.getSystemLoadAverage(1)[0];
        if (load >= 0) { // negative where the system has no such thing
            sink.add("host_load1", load);
            sink.add("host_load_per_core", load / processor.getLogicalProcessorCount());
        }
    }

    private static void memory(GlobalMemory memory, Sink sink) {
        double total = memory.getTotal();
        double available = memory.getAvailable();
        sink.add("host_memory_total_bytes", total);
        sink.add("host_memory_available_bytes", available);
        sink.add("host_memory_utilization", 1 - available / total);
        var virtual = memory.getVirtualMemory();
        if (virtual.getSwapTotal() > 0) {
            sink.add("host_swap_utilization", (double) virtual.getSwapUsed() / virtual.getSwapTotal());
        }
    }

    private static void fileSystems(FileSystem fileSystem, Sink sink) {
        var volumes = new HashSet<String>();
        for (OSFileStore store : fileSystem.getFileStores(true)) {
            long total = store.getTotalSpace();
            boolean first = total > 0
                    && isReal(store)
                    && volumes.size() < MAX_DEVICES
                    && volumes.add(store.getVolume()); // a bind mount shows the same volume again
            if (first) {
                double usable = store.getUsableSpace();
                double used = (double) total - store.getFreeSpace();
                sink.add("host_filesystem_free_bytes", "mountpoint", store.getMount(), usable);
                // of what users may fill, as df counts: blocks reserved for root are not theirs
                sink.add("host_filesystem_utilization", "mountpoint", store.getMount(), used / (used + usable));
            }
        }
    }

    /** In a container the root is an overlay over the host's disk, and that disk can fill up. */
    private static boolean isReal(OSFileStore store) {
        return !PSEUDO.contains(store.getType())
                && (!store.getType().equals("overlay") || store.getMount().equals("/"));
    }

    private static void network(HardwareAbstractionLayer hardware, Sink sink) {
        hardware.getNetworkIFs().stream().limit(MAX_DEVICES).forEach(device -> {
            device.updateAttributes();
            network(device, sink);
        });
    }

    private static void network(NetworkIF device, Sink sink) {
        String name = device.getName();
        sink.add("host_network_receive_bytes_total", "device", name, (double) device.getBytesRecv());
        sink.add("host_network_transmit_bytes_total", "device", name, (double) device.getBytesSent());
        sink.add("host_network_errors_total", "device", name, (double) device.getInErrors() + device.getOutErrors());
    }

    /** Bytes and the share of time that each disk was busy since the reading before. */
    static final class Disks {
        private record Busy(long atMillis, long busyMillis) {}

        private final Map<String, Busy> before = new HashMap<>();

        void read(HardwareAbstractionLayer hardware, Sink sink) {
            hardware.getDiskStores().stream().limit(MAX_DEVICES).forEach(disk -> {
                String name = disk.getName().replaceFirst("^/dev/", "");
                sink.add("host_disk_read_bytes_total", "device", name, (double) disk.getReadBytes());
                sink.add("host_disk_write_bytes_total", "device", name, (double) disk.getWriteBytes());
                busy(name, new Busy(disk.getTimeStamp(), disk.getTransferTime()), sink);
            });
        }

        private void busy(String name, Busy now, Sink sink) {
            var last = before.put(name, now);
            if (last != null && now.atMillis > last.atMillis && now.busyMillis >= last.busyMillis) {
                double ratio = (double) (now.busyMillis - last.busyMillis) / (now.atMillis - last.atMillis);
                sink.add("host_disk_busy_ratio", "device", name, Math.min(1, ratio));
            }
        }
    }
}
