package org.kvm4j.launcher;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.kvm4j.Hypervisor;
import org.kvm4j.KvmException;
import org.kvm4j.VcpuFailureException;
import org.kvm4j.core.Kvm;
import org.kvm4j.core.device.DeviceCatalog;
import org.kvm4j.core.stream.EscapeKey;
import org.kvm4j.core.stream.HostStreams;
import org.kvm4j.core.stream.OpenStream;
import org.kvm4j.core.stream.RawTerminal;
import org.kvm4j.device.DeviceFaultException;
import org.kvm4j.device.HostStream;
import org.kvm4j.machine.Host;
import org.kvm4j.machine.Machine;
import org.kvm4j.machine.MachineConfig;
import org.kvm4j.machine.MachineEnd;

/**
 * One machine on the user's terminal, from its making to its end.
 *
 * <p>The terminal is raw from the moment a device opens {@code stdio} until the session ends, in
 * whatever way; a SIGTERM stops the machine in an orderly way first.
 */
final class Session implements AutoCloseable {

  /** Longer than a stream takes at most to send what is pending. */
  private static final int MOST_SECONDS_TO_STOP = 10;

  private final CompletableFuture<Machine> machine = new CompletableFuture<>();
  private final CountDownLatch finished = new CountDownLatch(1);
  private RawTerminal terminal;

  private final MachineKeys keys;
  private final List<Path> watched;
  private final Explainer explainer;

  /** Why the machine ended. */
  private Optional<String> explanation = Optional.empty();

  private Session(Options options) {
    explainer = options.explainer();
    keys = new MachineKeys(machine, options.clockStep(), explainer, Console::sayRaw);
    watched = options.watched();
  }

  /**
   * What a user can have otherwise.
   *
   * @param clockStep how far the key for that moves the VM's clock
   * @param watched the directories whose plug-ins are replaced when they change
   * @param explainer tells why a guest died or stays silent
   */
  record Options(Duration clockStep, List<Path> watched, Explainer explainer) {}

  /** Runs a machine to its end and returns the process's exit code. */
  static int run(MachineConfig config, DeviceCatalog catalog) throws InterruptedException {
    return run(
        config,
        catalog,
        new Options(MachineKeys.STANDARD_STEP, List.of(), Explainer.standard(config)));
  }

  /** As {@link #run(MachineConfig, DeviceCatalog)}. */
  static int run(MachineConfig config, DeviceCatalog catalog, Options options)
      throws InterruptedException {
    try (Session session = new Session(options)) {
      return session.runAndReport(config, catalog);
    }
  }

  private int runAndReport(MachineConfig config, DeviceCatalog catalog)
      throws InterruptedException {
    Thread onSignal = new Thread(this::stopAndWait, "kvm4j-signal");
    Runtime.getRuntime().addShutdownHook(onSignal);
    try {
      MachineEnd end = runToEnd(config, catalog);
      restoreTerminal(end);
      Console.say(sentence(end));
      explanation.ifPresent(Console::say);
      return ExitCode.of(end);
    } finally {
      finished.countDown();
      removeHook(onSignal);
    }
  }

  private MachineEnd runToEnd(MachineConfig config, DeviceCatalog catalog)
      throws InterruptedException {
    HotReload reload = new HotReload(catalog, machine, this::sayOnTerminal);
    try (Hypervisor hypervisor = Kvm.open();
        Machine running =
            Machine.create(
                hypervisor,
                config,
                catalog,
                new Host(this::openStream, this::sayFault, this::sayOnTerminal))) {
      machine.complete(running); // it can be stopped, and changed, before its start
      try (PluginWatch.Watch watch = PluginWatch.on(watched, reload::changed)) {
        running.start();
        MachineEnd end = awaitEnd(running);
        explanation = explainer.atEnd(running, end);
        return end;
      }
    }
  }

  private MachineEnd awaitEnd(Machine running) throws InterruptedException {
    if (explainer.after().isEmpty()) {
      return running.await();
    }
    try (SilenceWatch watch = SilenceWatch.on(running, explainer.after().get(), this::saySilence)) {
      return running.await();
    }
  }

  private void saySilence(Machine silent) {
    try {
      sayOnTerminal(
          "The guest has been silent for %d ms. It goes on; this is what it does:%n%s"
              .formatted(explainer.after().orElseThrow().toMillis(), explainer.explain(silent)));
    } catch (KvmException e) {
      sayOnTerminal(e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the machine has ended
    }
  }

  private HostStream openStream(String deviceId, String spec) {
    EscapeKey escape = new EscapeKey(Console::sayRaw, keys.commands());
    if (spec.equals("stdio")) {
      terminal = RawTerminal.enter();
      return HostStreams.open(spec, escape);
    }
    OpenStream stream = HostStreams.open(spec, escape);
    Console.say("%s: %s".formatted(deviceId, stream.description()));
    return stream;
  }

  private void sayFault(DeviceFaultException fault) {
    sayOnTerminal(FaultReport.of(fault));
  }

  private void sayOnTerminal(String message) {
    if (terminal != null && terminal.isRaw()) {
      Console.sayRaw(message);
    } else {
      Console.say(message);
    }
  }

  /** The JVM ends with its last hook, so this one waits until the guest's last words are out. */
  private void stopAndWait() {
    keys.stop("signal");
    try {
      if (!finished.await(MOST_SECONDS_TO_STOP, TimeUnit.SECONDS)) {
        Console.error("The machine does not stop; ending it by force.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void removeHook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is going down already, by a signal: the hook has done its work.
      System.getLogger(Session.class.getName())
          .log(System.Logger.Level.TRACE, "ended by a signal", e);
    }
  }

  private static String sentence(MachineEnd end) {
    return switch (end.kind()) {
      case POWER_OFF -> "The guest switched the machine off (%s).".formatted(end.cause());
      case RESET -> "The guest reset the machine (%s).".formatted(end.cause());
      case GUEST_PANIC -> "The guest's kernel has crashed (%s).".formatted(end.cause());
      case TRIPLE_FAULT -> "The guest's CPU shut down: a triple fault.";
      case DEBUG_EXIT -> "The guest ended the machine (%s).".formatted(end.cause());
      case HALTED -> "The guest halted for good (%s).".formatted(end.cause());
      case STOPPED -> "The machine was stopped (%s).".formatted(end.cause());
      case FAILED -> end.failure().map(Session::failure).orElse(end.cause());
    };
  }

  private static String failure(KvmException failure) {
    if (failure instanceof DeviceFaultException) {
      return "The machine ended because a device failed, as said above."
          + " With --on-device-fault fence it would go on without that device.";
    }
    return failure instanceof VcpuFailureException
        ? failure.getMessage().lines().findFirst().orElse("") // the explanation has the registers
        : failure.getMessage();
  }

  /** A guest that was stopped leaves its last line unfinished. */
  private void restoreTerminal(MachineEnd end) {
    boolean unfinishedLine = terminal != null && terminal.isRaw();
    close();
    if (unfinishedLine && end.kind() == MachineEnd.Kind.STOPPED) {
      System.err.println();
    }
  }

  @Override
  public void close() {
    keys.close();
    if (terminal != null) {
      terminal.close();
    }
  }
}
