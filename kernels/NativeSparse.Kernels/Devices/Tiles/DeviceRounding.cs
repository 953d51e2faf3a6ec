using ILGPU;
using ILGPU.Runtime;

namespace NativeSparse.Kernels;

/// <summary>Rounds rows for the int8 products of a device.</summary>
internal sealed class DeviceRounding(Device device)
{
    private readonly DeviceKernel<Launcher> _kernel = new(device, KernelMethods.Quantize);

    private delegate void Launcher(
        AcceleratorStream stream,
        KernelConfig config,
        QuantizeParameters parameters,
        ArrayView<TileMatrix> parts,
        ArrayView<float> inputs,
        ArrayView<int> words,
        ArrayView<RowQuantum> quanta);

    /// <param name="call">The call.</param>
    /// <param name="x">The rows, on the device.</param>
    /// <param name="parts">What each part of a row reads and writes.</param>
    /// <param name="count">How many of them are rounded.</param>
    /// <param name="stride">Words of a rounded row.</param>
    public (ArrayView<int> Words, int WordStride, ArrayView<RowQuantum> Quanta) Run(
        in DeviceCall call, View x, ArrayView<TileMatrix> parts, int count, int stride)
    {
        var words = call.Values<int>(call.RentInt32(x.Rows, stride));
        var quanta = call.Values<RowQuantum>(call.RentInt32(x.Rows, 2 * count));
        var p = new QuantizeParameters { Stride = x.Stride, WordStride = stride, Parts = count };
        var config = new KernelConfig(new Index3D(x.Rows, count, 1), new Index3D(device.GroupThreads, 1, 1));
        _kernel.Launcher(device.Launch(), config, p, parts, call.Values<float>(x), words, quanta);
        return (words, stride, quanta);
    }
}
