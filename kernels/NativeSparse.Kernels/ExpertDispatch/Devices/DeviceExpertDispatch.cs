using ILGPU.Runtime;

namespace NativeSparse.Kernels;

/// <summary>
/// Experts on a device: pairs are sorted there, one launch multiplies the pairs of all experts, and nothing comes back to the host between.
/// </summary>
internal sealed class DeviceExpertDispatch(Device device) : IExpertDispatch
{
    /// <summary>Values of the largest intermediate matrix of one pass.</summary>
    private const long PassValues = 1 << 25;

    private readonly DeviceExpertPass _pass = new(device);
    private readonly DeviceLowRankDispatch _lowRank = new(device);

    public string Version => DeviceDenseMatMul.VersionName;

    public PackedExperts Pack(ExpertWeights weights, Precision precision)
    {
        ExpertArguments.CheckPack(weights);
        return precision switch
        {
            Precision.Float32 or Precision.BFloat16 => new DeviceExperts(device, weights, precision),
            Precision.Int8 => Pack(QuantizedExpertWeights.Round(weights)),
            _ => throw DeviceProducts.UnknownPrecision(device, precision),
        };
    }

    public PackedExperts Pack(QuantizedExpertWeights weights)
    {
        ExpertArguments.CheckPack(weights);
        return new DeviceExperts(device, weights);
    }

    public PackedExperts Pack(QuantizedInt4ExpertWeights weights, bool hasGroupScales = false)
    {
        ExpertArguments.CheckPack(weights);
        throw DeviceProducts.UnknownPrecision(device, Precision.Int4);
    }

    /// <summary>Copies the ranges: a device's products want each expert's columns side by side.</summary>
    public PackedExperts Slice(in FeedForwardMatrices network, ReadOnlySpan<ExpertSlice> slices)
    {
        ExpertSlices.Check(network, slices);
        foreach (var matrix in (ReadOnlySpan<PackedMatrix>)[network.Up, network.Gate ?? network.Up, network.Down])
        {
            if (!(matrix is DeviceMatrix own && own.Table.Device == device))
            {
                throw DenseArguments.Foreign(device.Name, nameof(network));
            }
        }

        return network.Up.Precision == Precision.Int8
            ? Pack(ExpertSlices.CopyInt8(network, slices))
            : Pack(ExpertSlices.Copy(network, slices), network.Up.Precision);
    }

    public void Run(in Execution execution, View x, in Routing routing, PackedExperts experts, float scale, View y)
    {
        ExpertArguments.CheckRun(x, routing, experts, y);
        var own = experts is DeviceExperts packed && packed.Device == device ? packed : throw DenseArguments.Foreign(device.Name, nameof(experts));
        execution.Cancellation.ThrowIfCancellationRequested();
        if (x.Rows == 0 || routing.Experts.Columns == 0)
        {
            return;
        }

        try
        {
            using var call = new DeviceCall(device);
            var result = call.Update(y);
            var operands = new DeviceExpertOperands
            {
                X = call.Read(x),
                Y = result,
                Counts = call.Read(routing.Counts),
                Experts = call.Read(routing.Experts),
                Weights = call.Read(routing.Weights),
                Capacity = routing.Experts.Columns,
                Scale = scale,
            };
            var widest = Math.Max(own.HiddenStride, own.OutputWidth);
            var block = (int)Math.Clamp(PassValues / ((long)operands.Capacity * widest), 1, x.Rows);
            for (var first = 0; first < x.Rows; first += block)
            {
                execution.Cancellation.ThrowIfCancellationRequested();
                using var scope = device.Workspace.Enter();
                _pass.Run(call, own, operands, first, Math.Min(block, x.Rows - first));
            }

            call.Finish();
        }
        catch (AcceleratorException failure)
        {
            throw new DeviceLostException(device.Name, failure);
        }
    }

    public LowRankExperts Pack(LowRankWeights weights)
    {
        LowRankArguments.CheckPack(weights);
        return new DeviceLowRankExperts(device, weights);
    }

    public void Run(
        in Execution execution, View x, in Routing routing, in FeedForwardMatrices network, LowRankExperts experts, float scale, View y) =>
        _lowRank.Run(execution, x, routing, network, experts, scale, y);
}
