package org.kvm4j.core;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.kvm4j.Registers;
import org.kvm4j.Vcpu;
import org.kvm4j.VcpuExit;

/** A vCPU with the one thread that may use it. */
final class GuestCpu {

  /** Far more than anything here takes: only so that a test that hangs ends. */
  private static final long PATIENCE_SECONDS = 60;

  final Vcpu vcpu;
  private final ExecutorService thread;

  GuestCpu(Vcpu vcpu) {
    this.vcpu = vcpu;
    thread =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread worker = new Thread(task, "vcpu-" + vcpu.id());
              worker.setDaemon(true);
              return worker;
            });
  }

  /** Runs until an exit that is no access. */
  VcpuExit run() {
    return await(start());
  }

  /** Begins to run. */
  Future<VcpuExit> start() {
    return submit(vcpu::run);
  }

  Registers registers() {
    return on(vcpu::registers);
  }

  /** Does something on the vCPU's thread. */
  <T> T on(Callable<T> action) {
    return await(submit(action));
  }

  /** Begins something on the vCPU's thread. */
  <T> Future<T> submit(Callable<T> action) {
    return thread.submit(action);
  }

  /** The result, or a kick and a failure if it does not come. */
  <T> T await(Future<T> result) {
    try {
      return result.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      vcpu.kick();
      throw new AssertionError("vCPU " + vcpu.id() + " does not come back", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException thrown) {
        throw thrown;
      }
      throw new AssertionError(e.getCause());
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  void end() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError("the thread of vCPU " + vcpu.id() + " does not end");
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
