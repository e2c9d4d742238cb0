package org.kvm4j.machine;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.kvm4j.Buses;
import org.kvm4j.GuestMemory;
import org.kvm4j.Hypervisor;
import org.kvm4j.KvmException;
import org.kvm4j.Vcpu;
import org.kvm4j.Vm;
import org.kvm4j.core.HostCpus;
import org.kvm4j.core.bus.MmioSpace;
import org.kvm4j.core.bus.PioSpace;
import org.kvm4j.core.bus.UnclaimedAccesses;
import org.kvm4j.core.device.DeviceCatalog;
import org.kvm4j.core.device.DeviceSet;
import org.kvm4j.core.device.DeviceType;
import org.kvm4j.core.device.Platform;
import org.kvm4j.core.device.Recorder;
import org.kvm4j.core.device.StreamOpener;
import org.kvm4j.core.device.VmTime;
import org.kvm4j.device.DeviceFaultException;
import org.kvm4j.device.HostRequest;
import org.kvm4j.device.VmClock;
import org.kvm4j.device.VmEvent;
import org.kvm4j.machine.boot.BootState;
import org.kvm4j.machine.boot.MemoryLayout;
import org.kvm4j.machine.boot.Range;
import org.kvm4j.machine.explain.Explanation;
import org.kvm4j.machine.explain.OutputMeter;
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

  private final Vm vm;
  private final VmTime time = new VmTime();
  private final PioSpace pio = new PioSpace();
  private final MmioSpace mmio = new MmioSpace();
  private final DeviceSet devices;
  private final InterruptChips interrupts;
  private final VcpuThreads vcpus;
  private final EndLatch end;
  private final Restarter restarter;
  private final RunOptions run;
  private final Host host;
  private final OutputMeter output;
  private final Witnesses witnesses;
  private final Loader loader;
  private final Board board;

  private Optional<Recorder> recorder = Optional.empty();
  private Optional<PowerOnState> powerOn = Optional.empty();
  private String bootDescription = "";
  private boolean closed;

  private Machine(Vm vm, MachineConfig config, Host host, Loader loader) {
    this.vm = vm;
    this.run = config.run();
    this.host = host;
    this.output = new OutputMeter(host.streams());
    this.loader = loader;
    this.interrupts = InterruptChips.of(config.kernelChips(), vm);
    this.vcpus = new VcpuThreads(vm, time, interrupts, config.processors().count(), this::request);
    this.end = vcpus.end();
    this.restarter = new Restarter(vcpus::letStand, this::restart, end);
    this.devices =
        new DeviceSet(
            new Platform(
                pio,
                mmio,
                interrupts.lines(),
                time,
                new DeviceControl(this::request, end),
                vm.memory(),
                output,
                run.deviceBudget(),
                this::deviceFault),
            Board.plan(config));
    this.board = new Board(config, devices);
    this.witnesses = new Witnesses(config, devices, pio.unclaimed(), output);
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
    DeviceSet.check(Board.specs(config, catalog, layout), Board.plan(config));
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
    Machine machine = open(hypervisor, config, host, Loader.open(config, layout));
    try {
      machine.assemble(hypervisor, config, catalog, layout);
      return machine;
    } catch (RuntimeException | Error e) {
      machine.close();
      throw e;
    }
  }

  private static Machine open(
      Hypervisor hypervisor, MachineConfig config, Host host, Loader loader) {
    try {
      return new Machine(hypervisor.createVm(), config, host, loader);
    } catch (RuntimeException | Error e) {
      loader.close();
      throw e;
    }
  }

  /** In the order that KVM wants: see {@link Vm}. */
  private void assemble(
      Hypervisor hypervisor, MachineConfig config, DeviceCatalog catalog, MemoryLayout layout) {
    if (!config.processors().pins().isEmpty()) {
      config.processors().requireAllowed(HostCpus.allowed());
    }
    ApicIds.prepare(vm, config.processors().topology());
    vm.setTssAddress(MemoryLayout.TSS_ADDRESS);
    vm.setIdentityMapAddress(MemoryLayout.IDENTITY_MAP_ADDRESS);
    interrupts.create(devices.interruptControllers());
    if (config.kernelChips().hasPit()) {
      vm.createPit2(true);
    }
    for (Range range : layout.ram()) {
      vm.slots().add(MemorySpec.ram(range.start(), range.sizeBytes()).on(config.ram().host()));
    }
    ramFiles().forEach(file -> host.onMessage().accept(file + "."));
    for (Range rom : loader.roms()) {
      vm.slots().add(MemorySpec.ram(rom.start(), rom.sizeBytes()).asReadOnly());
    }
    recorder = run.recording().map(file -> Recorder.create(file, time, host.onMessage()));
    recorder.ifPresent(devices::recordWith);
    devices.addAll(Board.specs(config, catalog, layout));
    devices.connect();
    bootDescription = loader.description();
    BootState boot = loader.load(vm.memory(), board);
    VcpuSetup setup = new VcpuSetup(hypervisor, config, boot);
    List<Vcpu> created = new ArrayList<>();
    for (int i = 0; i < config.processors().count(); i++) {
      Vcpu vcpu = vm.createVcpu(config.processors().topology().apicId(i), new Buses(pio, mmio));
      setup.prepare(vcpu);
      created.add(vcpu);
      Thread thread = vcpus.add(vcpu, config.processors().pins().getOrDefault(i, Set.of()));
      recorder.ifPresent(r -> r.vcpu(vcpu.id(), thread));
    }
    if (run.onReset() == ResetPolicy.RESTART) {
      powerOn =
          Optional.of(
              PowerOnState.of(vm, config.kernelChips(), created, hypervisor.msrIndexList()));
    }
  }

  /** Starts the clock and all vCPUs; call it once. */
  public synchronized void start() {
    vcpus.start();
  }

  /**
   * Lets all vCPUs and the clock stand, as soon as what they do has ended; does nothing if they
   * stand already. The guest's own clocks (kvm-clock and, from Linux 5.16 on, TSC) stand, too, so
   * that its time of day is behind the host's afterwards.
   *
   * @throws org.kvm4j.KvmException if a vCPU does not stop, because a device keeps it
   * @throws InterruptedException if the waiting thread is interrupted; the machine goes on
   */
  public synchronized void pause() throws InterruptedException {
    if (!vcpus.isPaused()) {
      vcpus.pause();
    }
  }

  /** Lets a paused machine go on; does nothing if it runs. */
  public synchronized void resume() {
    if (vcpus.isPaused()) {
      vcpus.resume();
    }
  }

  /** Whether the machine was paused and not resumed since. */
  public synchronized boolean isPaused() {
    return vcpus.isPaused();
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
    boolean ran = !vcpus.isPaused();
    pause();
    try {
      return ids.stream().map(id -> Replacement.of(devices, id, newer)).toList();
    } finally {
      if (ran) {
        resume();
      }
    }
  }

  /**
   * Asks the guest to switch itself off, as the short press of a PC's power button does. A guest
   * that stands hears of it when it goes on.
   *
   * @return whether the machine has a power button, which is a part of the device {@code acpi-pm}
   */
  public synchronized boolean pressPowerButton() {
    return devices.ask(HostRequest.POWER_BUTTON);
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
    vcpus.awaitEnd();
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

  /** The files that are the guest's RAM, if that was asked for; none else. */
  public List<RamFile> ramFiles() {
    return RamFile.of(vm.slots());
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

  /** When the guest said something last. */
  public OutputMeter output() {
    return output;
  }

  /**
   * Tells what the guest does, or why it ended. A machine that runs stands meanwhile; one that
   * cannot be paused is explained without its registers.
   *
   * @throws InterruptedException if the waiting thread is interrupted; the machine goes on
   */
  public synchronized Explanation explain() throws InterruptedException {
    boolean runs = vcpus.hasStarted() && !vcpus.isPaused() && !end.isReported();
    try {
      if (runs) {
        pause();
      }
    } catch (KvmException e) {
      LOG.log(Level.DEBUG, "explained without registers", e);
    }
    try {
      return witnesses.explanation(vcpus.all());
    } finally {
      if (runs) {
        resume();
      }
    }
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
    boolean ended = vcpus.join();
    time.close();
    restarter.close();
    // What devices do in close() is no part of their life.
    recorder.ifPresent(vcpus.hasStarted() ? Recorder::close : Recorder::discard);
    devices.close();
    loader.close();
    if (ended && time.hasEnded()) {
      vm.close();
    } else {
      LOG.log(
          Level.ERROR,
          "A device does not come back: its VM stays open and its memory mapped until the process"
              + " ends.");
    }
  }

  private void request(VmEvent event, String cause) {
    if (event == VmEvent.RESET && run.onReset() == ResetPolicy.RESTART) {
      restarter.request(cause);
      return;
    }
    end.report(MachineEnd.of(MachineEnd.Kind.of(event), cause));
  }

  /** The gate is closed already; on the restarter's thread. */
  private synchronized void restart(String cause) throws InterruptedException {
    if (vcpus.gate().awaitStanding()) {
      host.onMessage()
          .accept("The guest reset the machine (%s): it starts again.".formatted(cause));
      powerOn.orElseThrow().restore(devices, vcpus.gate());
      var unused = loader.load(vm.memory(), board); // the vCPUs have it already
      restarter.done();
      vcpus.gate().reopen();
    }
  }

  private void deviceFault(DeviceFaultException fault) {
    vcpus.deviceFailed();
    host.onDeviceFault().accept(fault);
    if (run.onDeviceFault() == FaultPolicy.STOP) {
      end.report(MachineEnd.failed(fault));
    }
  }
}
