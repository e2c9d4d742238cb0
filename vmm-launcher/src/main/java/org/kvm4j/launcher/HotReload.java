package org.kvm4j.launcher;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.kvm4j.KvmException;
import org.kvm4j.core.device.DeviceCatalog;
import org.kvm4j.core.device.DeviceType;
import org.kvm4j.machine.Machine;
import org.kvm4j.machine.Replacement;

/** Puts a plug-in that has changed into the running machine, and says what came of it. */
final class HotReload {

  private final DeviceCatalog catalog;
  private final CompletableFuture<Machine> machine;
  private final Consumer<String> say;

  /**
   * For one machine.
   *
   * @param machine completed when it has started
   */
  HotReload(DeviceCatalog catalog, CompletableFuture<Machine> machine, Consumer<String> say) {
    this.catalog = catalog;
    this.machine = machine;
    this.say = say;
  }

  void changed(Path source) {
    try {
      boolean allReplaced = true;
      for (DeviceType type : catalog.reload(source)) {
        allReplaced &= replace(type);
      }
      if (allReplaced) {
        catalog.closeEarlier();
      }
    } catch (KvmException e) {
      say.accept(e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean replace(DeviceType type) throws InterruptedException {
    List<Replacement> replacements = machine.join().replaceDevices(type);
    replacements.forEach(each -> say.accept(each.sentence()));
    return replacements.stream().allMatch(Replacement::done);
  }
}
