using ILGPU;
using ILGPU.Runtime;

namespace NativeSparse.Kernels;

/// <summary>Experts with the naive kernels: up biases, no others, all of one width. Owns its memory.</summary>
internal sealed class NaiveExperts : IDisposable
{
    private readonly Device _device;
    private readonly ExpertWeights _weights;
    private readonly DeviceKernel<ExpandLauncher> _expand;
    private readonly DeviceKernel<ReduceLauncher> _reduce;
    private readonly nint[] _addresses;

    /// <exception cref="ArgumentException">There are other biases, or experts of several widths.</exception>
    public NaiveExperts(Device device, ExpertWeights weights)
    {
        if (weights is not { GateBias.IsEmpty: true, ExpertBias.IsEmpty: true, Widths.IsEmpty: true })
        {
            throw new ArgumentException("naive experts have up biases only and are of one width", nameof(weights));
        }

        (_device, _weights) = (device, weights);
        _expand = new DeviceKernel<ExpandLauncher>(device, KernelMethods.NaiveExpand);
        _reduce = new DeviceKernel<ReduceLauncher>(device, KernelMethods.NaiveReduce);
        _addresses =
        [
            DeviceUpload.Store(device, weights.Up.Span), DeviceUpload.Store(device, weights.Gate.Span), DeviceUpload.Store(device, weights.UpBias.Span),
            DeviceUpload.Store(device, weights.Down.Span),
        ];
    }

    private delegate void ExpandLauncher(
        AcceleratorStream stream,
        KernelConfig config,
        NaiveExpertParameters parameters,
        ArrayView<int> counts,
        ArrayView<int> experts,
        ArrayView<float> up,
        ArrayView<float> gate,
        ArrayView<float> bias,
        ArrayView<float> x,
        ArrayView<float> hidden);

    private delegate void ReduceLauncher(
        AcceleratorStream stream,
        KernelConfig config,
        NaiveExpertParameters parameters,
        ArrayView<int> counts,
        ArrayView<int> experts,
        ArrayView<float> factors,
        ArrayView<float> down,
        ArrayView<float> hidden,
        ArrayView<float> y);

    /// <summary>y += scale times the chosen experts' weighted outputs.</summary>
    public void Run(View x, in Routing routing, float scale, View y)
    {
        using var call = new DeviceCall(_device);
        var (input, result) = (call.Read(x), call.Update(y));
        var (counts, experts, factors) = (call.Read(routing.Counts), call.Read(routing.Experts), call.Read(routing.Weights));
        var p = new NaiveExpertParameters
        {
            Capacity = experts.Columns,
            Inputs = _weights.InputWidth,
            Width = _weights.ExpertWidth,
            Outputs = _weights.OutputWidth,
            InputStride = input.Stride,
            OutputStride = result.Stride,
            ExpertStride = experts.Stride,
            WeightStride = factors.Stride,
            Activation = (int)_weights.Activation.Kind,
            Slope = _weights.Activation.Slope,
            Scale = scale,
            IsGated = _weights.Gate.IsEmpty ? 0 : 1,
            HasBias = _weights.UpBias.IsEmpty ? 0 : 1,
        };
        var hidden = call.Rent(x.Rows * p.Capacity, p.Width);
        _expand.Launcher(
            _device.Launch(),
            _device.Groups(hidden.Rows, p.Width),
            p,
            call.Values<int>(counts),
            call.Values<int>(experts),
            Values(call, 0, _weights.Up.Length),
            Values(call, 1, _weights.Gate.Length),
            Values(call, 2, _weights.UpBias.Length),
            call.Values<float>(input),
            call.Values<float>(hidden));
        _reduce.Launcher(
            _device.Launch(),
            _device.Groups(x.Rows, p.Outputs),
            p,
            call.Values<int>(counts),
            call.Values<int>(experts),
            call.Values<float>(factors),
            Values(call, 3, _weights.Down.Length),
            call.Values<float>(hidden),
            call.Values<float>(result));
        call.Finish();
    }

    public void Dispose()
    {
        lock (_device.Gate)
        {
            Array.ForEach(_addresses, _device.Memory.Free);
        }
    }

    private ArrayView<float> Values(in DeviceCall call, int index, int count) =>
        count == 0 ? call.Values<float>(default) : call.Values<float>(_addresses[index], count);
}
