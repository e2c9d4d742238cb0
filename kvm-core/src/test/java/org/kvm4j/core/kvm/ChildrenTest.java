package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;

import org.junit.jupiter.api.Test;
import org.kvm4j.core.kvm.Children.Child;

final class ChildrenTest {

  private final Children children = new Children("the VM");
  private final Child child = mock(Child.class);

  @Test
  void closing_closesWhatIsOpen() {
    Child gone = mock(Child.class);
    children.add(child);
    children.add(gone);
    children.remove(gone);

    children.close();

    verify(child).close();
    verify(gone, never()).close();
  }

  @Test
  void aChildThatComesTooLate_isClosed() {
    children.close();

    IllegalStateException late =
        assertThrows(IllegalStateException.class, () -> children.add(child));

    assertEquals("the VM is closed", late.getMessage());
    verify(child).close();
  }
}
