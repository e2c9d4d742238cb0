package org.kvm4j.machine;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
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
import org.kvm4j.core.device.DeviceType;
import org.kvm4j.core.device.Platform;
import org.kvm4j.core.device.Recorder;
import org.kvm4j.core.device.StreamOpener;
import org.kvm4j.core.device.VmTime;
import org.kvm4j.device.DeviceException;
import org.kvm4j.device.DeviceFaultException;
import org.kvm4j.device.VmClock;
import org.kvm4j.device.VmEvent;
import org.kvm4j.machine.boot.BootState;
import org.kvm4j.machine.boot.MemoryLayout;
import org.kvm4j.machine.boot.Range;
import org.kvm4j.memory.MemorySpec;

/**
 * A PC: one VM with its devices, loaded and ready to run.
 *
 * <p>Everything that can be wrong with a configuration, a kernel or a device shows in {@link
 * #create}; after that only the guest, KVM or the host can end it.
 *
 * <p>Threading: create, start and close from one thread; all else from any but a vCPU's or a
 * device's own.
 */
public final class Machine implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(Machine.class.getName());

  /** Of a vCPU in a device that has failed. */
  private static final long MOST_MILLIS_TO_COME_BACK = 2000;

  private static final long MILLIS_BETWEEN_LOOKS = 200;

  private final Vm vm;
  private final VmTime time = new VmTime();
  private final PioSpace pio = new PioSpace();
  private final MmioSpace mmio = new MmioSpace();
  private final DeviceSet devices;
  private final EndLatch end = new EndLatch(this::letAllEnd);
  private final PauseGate gate = new PauseGate();
  private final RunOptions run;
  private final Host host;

  /** Grows while a stream's thread may already end the machine, which goes through it. */
  private final List<VcpuThread> threads = new CopyOnWriteArrayList<>();

  private Optional<Recorder> recorder = Optional.empty();
  private String bootDescription = "";
  private volatile boolean deviceFailed;
  private boolean paused;
  private boolean started;
  private boolean closed;

  private Machine(Vm vm, MachineConfig config, Host host) {
    this.vm = vm;
    this.run = config.run();
    this.host = host;
    this.devices =
        new DeviceSet(
            new Platform(
                pio,
                mmio,
                vm::setIrqLine,
                time,
                new DeviceControl(this::request, end),
                vm.memory(),
                host.streams(),
                run.deviceBudget(),
                this::deviceFault),
            Board.plan(config));
    time.setRate(run.clockRate());
  }

  /**
   * Finds what is wrong with a configuration in itself: RAM, device types, their options and
   * places. What the host, a file or a device's own code has against it shows in {@link #create}.
   *
   * @throws org.kvm4j.KvmException if anything is wrong
   */
  public static void check(MachineConfig config, DeviceCatalog catalog) {
    MemoryLayout layout = MemoryLayout.ofRam(config.ram().bytes());
    DeviceSet.check(specs(config, catalog, layout), Board.plan(config));
  }

  private static List<DeviceSpec> specs(
      MachineConfig config, DeviceCatalog catalog, MemoryLayout layout) {
    return Board.requests(config, layout).stream()
        .map(request -> new DeviceSpec(catalog.find(request.type()), request.options()))
        .toList();
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
    return create(hypervisor, config, catalog, Host.with(streams));
  }

  /** As {@link #create(Hypervisor, MachineConfig, DeviceCatalog, StreamOpener)}. */
  public static Machine create(
      Hypervisor hypervisor, MachineConfig config, DeviceCatalog catalog, Host host) {
    MemoryLayout layout = MemoryLayout.ofRam(config.ram().bytes());
    try (Loader loader = Loader.open(config, layout)) {
      Machine machine = new Machine(hypervisor.createVm(), config, host);
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
    if (config.kernelChips().hasPit()) {
      vm.createPit2(true);
    }
    for (Range range : layout.ram()) {
      vm.addMemory(range.start(), range.sizeBytes());
    }
    for (Range rom : loader.roms()) {
      vm.slots().add(MemorySpec.ram(rom.start(), rom.sizeBytes()).asReadOnly());
    }
    recorder = run.recording().map(file -> Recorder.create(file, time, host.onMessage()));
    recorder.ifPresent(devices::recordWith);
    devices.addAll(specs(config, catalog, layout));
    devices.connect();
    bootDescription = loader.description();
    BootState boot = loader.load(vm.memory(), new Board(config, devices));
    VcpuSetup setup = new VcpuSetup(hypervisor, config.processors().count(), boot);
    for (int id = 0; id < config.processors().count(); id++) {
      Vcpu vcpu = vm.createVcpu(id, new Buses(pio, mmio));
      setup.prepare(vcpu);
      threads.add(newThread(vcpu));
    }
  }

  private VcpuThread newThread(Vcpu vcpu) {
    VcpuThread thread = new VcpuThread(vcpu, vm.memory(), end, gate);
    recorder.ifPresent(r -> r.vcpu(vcpu.id(), thread.thread()));
    return thread;
  }

  /** Starts the clock and all vCPUs; call it once. */
  public synchronized void start() {
    started = true;
    if (!paused) {
      time.start();
    }
    threads.forEach(VcpuThread::start);
  }

  /**
   * Lets all vCPUs and the clock stand, as soon as what they do has ended; does nothing if they
   * stand already. The guest's own clocks (TSC, kvm-clock) go on.
   *
   * @throws org.kvm4j.KvmException if a vCPU does not stop, because a device keeps it
   * @throws InterruptedException if the waiting thread is interrupted; the machine goes on
   */
  public synchronized void pause() throws InterruptedException {
    if (paused) {
      return;
    }
    gate.close();
    kickAll();
    try {
      gate.awaitStanding();
    } catch (InterruptedException | RuntimeException e) {
      gate.resume();
      throw e;
    }
    time.stop();
    paused = true;
  }

  /** Lets a paused machine go on; does nothing if it runs. */
  public synchronized void resume() {
    if (paused) {
      paused = false;
      if (started) {
        time.start();
      }
      gate.resume();
    }
  }

  /** Whether the machine was paused and not resumed since. */
  public synchronized boolean isPaused() {
    return paused;
  }

  /**
   * Replaces the devices of a type by those of a newer version of its code, while the machine
   * stands: with their options, state and streams. A machine that ran goes on afterwards.
   *
   * @param newer whose name tells which devices
   * @return a sentence for each device: replaced, or why not
   * @throws org.kvm4j.KvmException if the machine cannot be paused
   * @throws InterruptedException if the waiting thread is interrupted; the machine goes on
   */
  public synchronized List<Replacement> replaceDevices(DeviceType newer)
      throws InterruptedException {
    List<String> ids =
        devices.ids().stream().filter(id -> devices.type(id).name().equals(newer.name())).toList();
    if (ids.isEmpty()) {
      return List.of();
    }
    boolean ran = !paused;
    pause();
    try {
      return ids.stream().map(id -> replace(id, newer)).toList();
    } finally {
      if (ran) {
        resume();
      }
    }
  }

  private Replacement replace(String id, DeviceType newer) {
    try {
      return Replacement.done(id, newer, devices.replace(id, newer));
    } catch (DeviceException e) {
      return new Replacement(false, e.getMessage());
    }
  }

  /** The VM's clock, which the devices go by. */
  public VmClock clock() {
    return time;
  }

  /**
   * Moves the VM's clock by hand and runs the timers due on the way; returns when they have run.
   *
   * @param by how far, not negative
   */
  public void stepClock(Duration by) {
    time.step(by.toNanos());
  }

  /**
   * Waits until the machine has ended; all of its vCPUs stand then.
   *
   * @throws InterruptedException if the waiting thread is interrupted; the machine goes on
   */
  public MachineEnd await() throws InterruptedException {
    MachineEnd result = end.await();
    for (VcpuThread thread : threads) {
      var unused = comesBack(thread);
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

  /** What was booted and by which protocol, as a sentence. */
  public String bootDescription() {
    return bootDescription;
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
    boolean ended = joinThreads();
    time.close();
    // What devices do in close() is no part of their life.
    recorder.ifPresent(started ? Recorder::close : Recorder::discard);
    devices.close();
    if (ended && time.hasEnded()) {
      vm.close();
    } else {
      LOG.log(
          Level.ERROR,
          "A device does not come back: its VM stays open and its memory mapped until the process"
              + " ends.");
    }
  }

  /**
   * Waits for a vCPU's end. A device that has failed may keep it for ever; nothing else does, and a
   * device may also fail while this waits.
   */
  private boolean comesBack(VcpuThread thread) throws InterruptedException {
    while (!deviceFailed) {
      if (thread.join(MILLIS_BETWEEN_LOOKS)) {
        return true;
      }
    }
    return thread.join(MOST_MILLIS_TO_COME_BACK);
  }

  private boolean joinThreads() {
    boolean ended = true;
    boolean interrupted = false;
    for (VcpuThread thread : threads) {
      while (true) {
        try {
          ended &= comesBack(thread);
          break;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return ended;
  }

  private void letAllEnd() {
    gate.openForGood();
    kickAll();
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
    deviceFailed = true;
    host.onDeviceFault().accept(fault);
    if (run.onDeviceFault() == FaultPolicy.STOP) {
      end.report(MachineEnd.failed(fault));
    }
  }
}
