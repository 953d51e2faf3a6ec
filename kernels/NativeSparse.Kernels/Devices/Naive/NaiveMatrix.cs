using ILGPU;
using ILGPU.Runtime;

namespace NativeSparse.Kernels;

/// <summary>Blocks along the diagonal of a matrix, or one block that is the whole, with the naive kernel. Owns its memory.</summary>
internal sealed class NaiveMatrix : IDisposable
{
    private readonly Device _device;
    private readonly DeviceKernel<Launcher> _kernel;
    private readonly int _weightCount;
    private readonly int _outputs;
    private readonly nint _weights;
    private readonly nint _columns;

    /// <param name="device">The device.</param>
    /// <param name="weights">Block after block, each <c>[K, N]</c>.</param>
    /// <param name="blocks">Their sizes.</param>
    public NaiveMatrix(Device device, ReadOnlySpan<float> weights, ReadOnlySpan<DiagonalBlock> blocks)
    {
        _device = device;
        _kernel = new DeviceKernel<Launcher>(device, KernelMethods.Naive);
        var (columns, input, weight) = (new List<NaiveColumn>(), 0, 0);
        foreach (var (inputs, outputs) in blocks)
        {
            for (var n = 0; n < outputs; n++)
            {
                columns.Add(new NaiveColumn { FirstInput = input, Inputs = inputs, FirstWeight = weight + n, Step = outputs });
            }

            (input, weight) = (input + inputs, weight + (inputs * outputs));
        }

        (_weightCount, _outputs) = (weights.Length, columns.Count);
        _weights = DeviceUpload.Store(device, weights);
        _columns = DeviceUpload.Store<NaiveColumn>(device, [.. columns]);
    }

    private delegate void Launcher(
        AcceleratorStream stream,
        KernelConfig config,
        int outputs,
        int inputStride,
        int outputStride,
        ArrayView<NaiveColumn> columns,
        ArrayView<float> weights,
        ArrayView<float> x,
        ArrayView<float> y);

    /// <summary>y = x W.</summary>
    public void Run(View x, View y)
    {
        using var call = new DeviceCall(_device);
        var (input, result) = (call.Read(x), call.Write(y));
        _kernel.Launcher(
            _device.Launch(),
            _device.Groups(y.Rows, _outputs),
            _outputs,
            input.Stride,
            result.Stride,
            call.Values<NaiveColumn>(_columns, _outputs),
            call.Values<float>(_weights, _weightCount),
            call.Values<float>(input),
            call.Values<float>(result));
        call.Finish();
    }

    public void Dispose()
    {
        lock (_device.Gate)
        {
            _device.Memory.Free(_weights);
            _device.Memory.Free(_columns);
        }
    }
}
