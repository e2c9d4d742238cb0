package org.kvm4j.machine;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.kvm4j.Buses;
import org.kvm4j.GuestMemory;
import org.kvm4j.Hypervisor;
import org.kvm4j.Vcpu;
import org.kvm4j.Vm;
import org.kvm4j.core.bus.MmioSpace;
import org.kvm4j.core.bus.PioSpace;
import org.kvm4j.core.bus.UnclaimedAccesses;
import org.kvm4j.core.device.DeviceCatalog;
import org.kvm4j.core.device.DeviceSet;
import org.kvm4j.core.device.DeviceSpec;
import org.kvm4j.core.device.Platform;
import org.kvm4j.core.device.StreamOpener;
import org.kvm4j.core.device.VmTime;
import org.kvm4j.device.DeviceFaultException;
import org.kvm4j.device.VmEvent;
import org.kvm4j.machine.boot.BootState;
import org.kvm4j.machine.boot.MemoryLayout;
import org.kvm4j.machine.boot.Range;
import org.kvm4j.resource.ResourcePlan;

/**
 * A PC: one VM with its devices, loaded and ready to run.
 *
 * <p>Everything that can be wrong with a configuration, a kernel or a device shows in {@link
 * #create}; after that only the guest, KVM or the host can end it.
 *
 * <p>Threading: create, start and close from one thread; {@link #await} and {@link #stop} from any.
 */
public final class Machine implements AutoCloseable {

  private final Vm vm;
  private final VmTime time = new VmTime();
  private final PioSpace pio = new PioSpace();
  private final MmioSpace mmio = new MmioSpace();
  private final DeviceSet devices;
  private final EndLatch end = new EndLatch(this::kickAll);

  /** Grows while a stream's thread may already end the machine, which goes through it. */
  private final List<VcpuThread> threads = new CopyOnWriteArrayList<>();

  private boolean closed;

  private Machine(Vm vm, ResourcePlan plan, StreamOpener streams) {
    this.vm = vm;
    this.devices =
        new DeviceSet(
            new Platform(
                pio,
                mmio,
                vm::setIrqLine,
                time,
                this::request,
                vm.memory(),
                streams,
                this::deviceFault),
            plan);
  }

  /**
   * Builds a machine.
   *
   * @param hypervisor may be closed afterwards
   * @param catalog where device types are looked up
   * @param streams how devices reach the host
   * @throws org.kvm4j.KvmException if anything is wrong, with nothing left behind
   */
  public static Machine create(
      Hypervisor hypervisor, MachineConfig config, DeviceCatalog catalog, StreamOpener streams) {
    MemoryLayout layout = MemoryLayout.ofRam(config.memoryBytes());
    try (Loader loader = Loader.open(config, layout)) {
      Machine machine = new Machine(hypervisor.createVm(), Board.plan(config), streams);
      try {
        machine.assemble(hypervisor, config, catalog, layout, loader);
        return machine;
      } catch (RuntimeException | Error e) {
        machine.close();
        throw e;
      }
    }
  }

  /** In the order that KVM wants: see {@link Vm}. */
  private void assemble(
      Hypervisor hypervisor,
      MachineConfig config,
      DeviceCatalog catalog,
      MemoryLayout layout,
      Loader loader) {
    vm.setTssAddress(MemoryLayout.TSS_ADDRESS);
    vm.setIdentityMapAddress(MemoryLayout.IDENTITY_MAP_ADDRESS);
    vm.createIrqchip();
    if (config.kernelPit()) {
      vm.createPit2(true);
    }
    for (Range range : layout.ram()) {
      vm.addMemory(range.start(), range.sizeBytes());
    }
    devices.addAll(
        Board.requests(config, layout).stream()
            .map(request -> new DeviceSpec(catalog.find(request.type()), request.options()))
            .toList());
    devices.connect();
    BootState boot = loader.load(vm.memory(), new Board(config, devices));
    VcpuSetup setup = new VcpuSetup(hypervisor, config.vcpus(), boot);
    for (int id = 0; id < config.vcpus(); id++) {
      Vcpu vcpu = vm.createVcpu(id, new Buses(pio, mmio));
      setup.prepare(vcpu);
      threads.add(new VcpuThread(vcpu, vm.memory(), end));
    }
  }

  /** Starts the clock and all vCPUs; call it once. */
  public void start() {
    time.start();
    threads.forEach(VcpuThread::start);
  }

  /**
   * Waits until the machine has ended; all of its vCPUs stand then.
   *
   * @throws InterruptedException if the waiting thread is interrupted; the machine goes on
   */
  public MachineEnd await() throws InterruptedException {
    MachineEnd result = end.await();
    for (VcpuThread thread : threads) {
      thread.join();
    }
    time.stop();
    return result;
  }

  /**
   * Ends the machine from outside, as pulling the plug does.
   *
   * @param cause for the user
   */
  public void stop(String cause) {
    end.report(MachineEnd.of(MachineEnd.Kind.STOPPED, cause));
  }

  /** The guest's RAM. */
  public GuestMemory memory() {
    return vm.memory();
  }

  /** The ports that the guest used and no device answers. */
  public UnclaimedAccesses unclaimedPorts() {
    return pio.unclaimed();
  }

  /** Stops the machine if it runs, then closes devices, memory and VM; idempotent. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    stop("closed");
    // No thread may touch a device or guest memory once they go: vCPUs, then timers, then devices.
    time.stop();
    threads.forEach(VcpuThread::kick);
    joinThreads();
    time.close();
    devices.close();
    vm.close();
  }

  private void joinThreads() {
    boolean interrupted = false;
    for (VcpuThread thread : threads) {
      while (true) {
        try {
          thread.join();
          break;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void kickAll() {
    threads.forEach(VcpuThread::kick);
  }

  private void request(VmEvent event, String cause) {
    end.report(
        MachineEnd.of(
            switch (event) {
              case POWER_OFF -> MachineEnd.Kind.POWER_OFF;
              case RESET -> MachineEnd.Kind.RESET;
              case GUEST_PANIC -> MachineEnd.Kind.GUEST_PANIC;
            },
            cause));
  }

  private void deviceFault(DeviceFaultException fault) {
    end.report(MachineEnd.failed(fault));
  }
}
