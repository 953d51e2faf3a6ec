using ILGPU;
using ILGPU.Runtime;

namespace NativeSparse.Kernels;

/// <summary>
/// Choice of experts on a device for plain scores and top-k or a threshold, up to <see cref="RoutingKernel.MostExperts"/> experts. Other rules (top-p,
/// bias, groups, capacity) are chosen on the host: the scores come back and the choice goes to the device again.
/// </summary>
internal sealed class DeviceTopKRouting(Device device, ITopKRouting host) : ITopKRouting
{
    private readonly DeviceKernel<Launcher> _kernel = new(device, KernelMethods.Routing);

    private delegate void Launcher(
        AcceleratorStream stream,
        KernelConfig config,
        DeviceRoutingParameters parameters,
        ArrayView<float> scores,
        ArrayView<int> counts,
        ArrayView<int> chosen,
        ArrayView<float> weights);

    public string Version => DeviceDenseMatMul.VersionName;

    public void Run(in Execution execution, View scores, in RoutingOptions options, in Routing routing)
    {
        RoutingArguments.Check(scores, options, routing);
        execution.Cancellation.ThrowIfCancellationRequested();
        try
        {
            using var call = new DeviceCall(device);
            if (IsOnDevice(scores.Columns, options, routing))
            {
                RunOnDevice(call, scores, options, routing);
            }
            else
            {
                RunOnHost(call, execution, scores, options, routing);
            }

            call.Finish();
        }
        catch (AcceleratorException failure)
        {
            throw new DeviceLostException(device.Name, failure);
        }
    }

    private static bool IsOnDevice(int experts, in RoutingOptions options, in Routing routing) =>
        options.Selection != RoutingSelection.TopP && options.Capacity == 0 && RoutingChoice.IsPlain(options) && routing.Passed.IsEmpty
        && routing.Load.IsEmpty && experts <= RoutingKernel.MostExperts;

    private void RunOnDevice(in DeviceCall call, View scores, in RoutingOptions options, in Routing routing)
    {
        if (scores.Rows == 0)
        {
            return;
        }

        var (input, counts) = (call.Read(scores), call.Write(routing.Counts));
        var (chosen, weights) = (call.Update(routing.Experts), call.Update(routing.Weights));
        var p = new DeviceRoutingParameters
        {
            Experts = scores.Columns,
            ScoreStride = input.Stride,
            Capacity = chosen.Stride,
            Selection = (int)options.Selection,
            K = options.K,
            Threshold = options.Threshold,
            Weights = (int)options.Weights,
        };
        var config = new KernelConfig(new Index3D(scores.Rows, 1, 1), new Index3D(Math.Min(device.GroupThreads, 64), 1, 1));
        _kernel.Launcher(
            device.Launch(), config, p, call.Values<float>(input), call.Values<int>(counts), call.Values<int>(chosen), call.Values<float>(weights));
    }

    private void RunOnHost(in DeviceCall call, in Execution execution, View scores, in RoutingOptions options, in Routing routing)
    {
        var copy = new Routing
        {
            Counts = call.Host(routing.Counts),
            Experts = call.Host(routing.Experts),
            Weights = call.Host(routing.Weights),
            Passed = call.Host(routing.Passed),
            Load = call.Host(routing.Load),
        };
        var own = options with { Bias = call.ReadBack(options.Bias) };
        host.Run(new Execution(execution.Splitter, device.Staging, execution.Cancellation), call.ReadBack(scores), own, copy);
        call.Return(copy.Counts, routing.Counts);
        call.Return(copy.Experts, routing.Experts);
        call.Return(copy.Weights, routing.Weights);
        call.Return(copy.Passed, routing.Passed);
        call.Return(copy.Load, routing.Load);
    }
}
