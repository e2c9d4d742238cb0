package org.kvm4j.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.kvm4j.core.device.DeviceCatalog;
import org.kvm4j.core.device.DeviceType;
import org.kvm4j.core.device.Origin;
import org.kvm4j.device.DeviceConfigurationException;
import org.kvm4j.device.DeviceProvider;
import org.kvm4j.machine.Machine;
import org.kvm4j.machine.Replacement;

final class HotReloadTest {

  private static final Path JAR = Path.of("dice.jar");

  private final DeviceCatalog catalog = mock(DeviceCatalog.class);
  private final Machine machine = mock(Machine.class);
  private final List<String> said = new ArrayList<>();
  private final HotReload reload =
      new HotReload(catalog, CompletableFuture.completedFuture(machine), said::add);
  private final DeviceType dice =
      new DeviceType(mock(DeviceProvider.class), Origin.builtIn(HotReloadTest.class));

  @Test
  void aChangedPlugin_isReplaced_andItsEarlierCodeGoes() throws Exception {
    when(catalog.reload(JAR)).thenReturn(List.of(dice));
    when(machine.replaceDevices(dice)).thenReturn(List.of(new Replacement(true, "done")));

    reload.changed(JAR);

    assertEquals(List.of("done"), said);
    verify(catalog).closeEarlier();
  }

  @Test
  void aDeviceThatStays_keepsItsCode() throws Exception {
    when(catalog.reload(JAR)).thenReturn(List.of(dice));
    when(machine.replaceDevices(dice))
        .thenReturn(List.of(new Replacement(true, "done"), new Replacement(false, "refused")));

    reload.changed(JAR);

    assertEquals(List.of("done", "refused"), said);
    verify(catalog, never()).closeEarlier();
  }

  @Test
  void aBrokenJar_isSaid() {
    when(catalog.reload(JAR)).thenThrow(new DeviceConfigurationException("no jar"));

    reload.changed(JAR);

    assertEquals(List.of("no jar"), said);
  }
}
