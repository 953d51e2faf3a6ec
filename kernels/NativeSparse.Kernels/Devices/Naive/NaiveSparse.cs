using ILGPU;
using ILGPU.Runtime;

namespace NativeSparse.Kernels;

/// <summary>Sparse weights with the naive kernel. Owns their packed form.</summary>
internal sealed class NaiveSparse(Device device, SparseWeights weights) : IDisposable
{
    private readonly DeviceSparse _weights = new(device, weights);
    private readonly DeviceKernel<Launcher> _kernel = new(device, KernelMethods.NaiveSparse);

    private delegate void Launcher(
        AcceleratorStream stream,
        KernelConfig config,
        int outputs,
        int height,
        int inputStride,
        int outputStride,
        ArrayView<int> starts,
        ArrayView<int> inputs,
        ArrayView<float> weights,
        ArrayView<float> x,
        ArrayView<float> y);

    /// <summary>y = x W.</summary>
    public void Run(View x, View y)
    {
        using var call = new DeviceCall(device);
        var (input, result) = (call.Read(x), call.Write(y));
        var (outputs, height, entries) = (_weights.OutputWidth, _weights.BlockHeight, _weights.EntryCount);
        _kernel.Launcher(
            device.Launch(),
            device.Groups(y.Rows, outputs),
            outputs,
            height,
            input.Stride,
            result.Stride,
            call.Values<int>(_weights.Starts, _weights.BlockRows + 1),
            entries == 0 ? call.Values<int>(default) : call.Values<int>(_weights.Inputs, entries),
            entries == 0 ? call.Values<float>(default) : call.Values<float>(_weights.Values, (long)entries * height),
            call.Values<float>(input),
            call.Values<float>(result));
        call.Finish();
    }

    public void Dispose() => _weights.Dispose();
}
