package org.kvm4j.core.device;

import java.net.URL;
import java.security.CodeSource;
import org.kvm4j.device.DeviceProvider;

/**
 * What a plug-in sees besides itself: the JDK and the device SPI. The framework behind it, and the
 * libraries of that, stay hidden, so that a plug-in may bring its own.
 */
final class SpiClassLoader extends ClassLoader {

  private static final URL SPI = locationOf(DeviceProvider.class);

  static {
    registerAsParallelCapable();
  }

  SpiClassLoader() {
    super("kvm4j-spi", ClassLoader.getPlatformClassLoader());
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    Class<?> found = Class.forName(name, false, DeviceProvider.class.getClassLoader());
    // As texts: URL.equals asks the network for host names.
    if (String.valueOf(SPI).equals(String.valueOf(locationOf(found)))) {
      return found;
    }
    throw new ClassNotFoundException(
        name + " (a plug-in sees the JDK and org.kvm4j.api; its libraries go into its own folder)");
  }

  private static URL locationOf(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    return source == null ? null : source.getLocation();
  }
}
