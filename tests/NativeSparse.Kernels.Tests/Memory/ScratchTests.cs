using Xunit;

namespace NativeSparse.Kernels.Tests;

public sealed class ScratchTests
{
    [Fact]
    public void Memory_that_was_disposed_is_not_rented()
    {
        var scratch = new Scratch();
        scratch.Rent(2, 3);
        scratch.Dispose();
        scratch.Dispose();

        Assert.Throws<ObjectDisposedException>(() => scratch.Rent(2, 3));
        Assert.Throws<ObjectDisposedException>(() => scratch.RentInt32(2, 3));
        Assert.Throws<ObjectDisposedException>(() => scratch.Enter());
        Assert.Equal(0, scratch.ByteCount);
    }

    [Fact]
    public void A_scope_may_end_after_its_memory()
    {
        var scratch = new Scratch();
        var scope = scratch.Enter();
        scratch.Rent(100, 100);
        scratch.Dispose();
        scope.Dispose();

        Assert.Equal(0, scratch.ByteCount);
    }
}
