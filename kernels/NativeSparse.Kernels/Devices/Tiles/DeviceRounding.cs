using ILGPU;
using ILGPU.Runtime;

namespace NativeSparse.Kernels;

/// <summary>Rounds rows for the int8 products of a device, by a launch.</summary>
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
    /// <param name="rounded">What is written.</param>
    public void Run(in DeviceCall call, View x, ArrayView<TileMatrix> parts, in RoundedRows rounded)
    {
        var p = new QuantizeParameters { Stride = x.Stride, WordStride = rounded.Stride, Parts = rounded.Parts };
        var config = new KernelConfig(new Index3D(x.Rows, rounded.Parts, 1), new Index3D(device.GroupThreads, 1, 1));
        _kernel.Launcher(device.Launch(), config, p, parts, call.Values<float>(x), rounded.Words, rounded.Quanta);
    }
}
