using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>Operands on a device give the results of operands in host memory, and stay there.</summary>
[Trait("Needs", "Device")]
public sealed class DeviceMemoryTests
{
    [Fact]
    public void A_form_of_several_products_copies_its_input_and_its_output_once()
    {
        using var backend = TestDevices.OwnSimulator();
        using var up = backend.Dense.Pack(Operand.Sample(new Random(1), 40 * 70), 40, 70, Precision.Float32);
        using var down = backend.Dense.Pack(Operand.Sample(new Random(2), 70 * 40), 70, 40, Precision.Float32);
        using var x = new Operand(5, 40, random: new Random(3));
        using var expected = new Operand(5, 40);
        using var actual = new Operand(5, 40);
        using var host = new Host();
        using var middle = new Operand(5, 70);
        backend.Dense.Run(host.Execution, x.View, up, new Epilogue { Activation = new Activation(ActivationKind.Relu) }, middle.View);
        backend.Dense.Run(host.Execution, middle.View, down, default, expected.View);

        var scratch = backend.RentScratch();
        var copied = backend.Device.CopiedBytes;
        using (scratch.Enter())
        {
            var execution = new Execution(SerialSplitter.Instance, scratch);
            var input = backend.Upload(scratch, x.View);
            var hidden = scratch.Rent(5, 70);
            var output = scratch.Rent(5, 40);
            Assert.True(input.IsOnDevice && hidden.IsOnDevice);
            backend.Dense.Run(execution, input, up, new Epilogue { Activation = new Activation(ActivationKind.Relu) }, hidden);
            backend.Dense.Run(execution, hidden, down, default, output);
            backend.Download(output, actual.View);
        }

        backend.Return(scratch);
        Assert.Equal(2 * 5 * 40 * sizeof(float), backend.Device.CopiedBytes - copied);
        Assert.Equal(expected.Values(), actual.Values());
    }

    [Fact]
    public void A_freed_address_is_not_the_next_buffers()
    {
        using var backend = TestDevices.OwnSimulator();
        var memory = backend.Device.Memory;
        var freed = memory.Allocate(64, 0);
        memory.Free(freed);
        var next = memory.Allocate(64, 0);
        Assert.NotEqual(freed, next);
        Assert.Throws<ObjectDisposedException>(() => memory.Resolve<float>(freed, 1));
        Assert.Equal(1, memory.Resolve<float>(next, 1).Length);
        memory.Free(next);
    }

    [Fact]
    public void Disposed_weights_and_a_disposed_backend_are_errors()
    {
        var backend = TestDevices.OwnSimulator();
        var packed = backend.Dense.Pack(new float[4], 2, 2, Precision.Float32);
        using var x = new Operand(1, 2);
        using var y = new Operand(1, 2);
        using var host = new Host();
        backend.Dense.Run(host.Execution, x.View, packed, default, y.View);
        packed.Dispose();
        packed.Dispose();
        Assert.Throws<ObjectDisposedException>(() => backend.Dense.Run(host.Execution, x.View, packed, default, y.View));
        var kept = backend.Dense.Pack(new float[4], 2, 2, Precision.Float32);
        backend.Dispose();
        backend.Dispose();
        Assert.Throws<ObjectDisposedException>(() => backend.Dense.Run(host.Execution, x.View, kept, default, y.View));
        kept.Dispose();
    }

    [Fact]
    public void Too_little_memory_is_a_typed_error_and_the_device_goes_on()
    {
        using var backend = (DeviceBackend)TestDevices.OpenCl();
        using var scratch = new Scratch(backend.Device.Memory);
        var failure = Assert.Throws<DeviceLostException>(() => scratch.Rent(1 << 30, 1 << 14));
        Assert.Equal("opencl:0", failure.Backend);
        Assert.Contains("bytes", failure.Message, StringComparison.Ordinal);
        using var packed = backend.Dense.Pack([1, 2, 3, 4], 2, 2, Precision.Float32);
        using var x = new Operand(1, 2);
        using var y = new Operand(1, 2);
        (x.Row(0)[0], x.Row(0)[1]) = (1, 1);
        using var host = new Host();
        backend.Dense.Run(host.Execution, x.View, packed, default, y.View);
        Assert.Equal([4f, 6f], y.Values());
    }

    [Fact]
    public void Weights_of_another_device_are_refused()
    {
        using var first = TestDevices.Simulator();
        using var second = TestDevices.OwnSimulator();
        using var packed = first.Dense.Pack(new float[4], 2, 2, Precision.Float32);
        using var x = new Operand(1, 2);
        using var y = new Operand(1, 2);
        using var host = new Host();
        Assert.Throws<ArgumentException>(() => second.Dense.Run(host.Execution, x.View, packed, default, y.View));
    }
}
