using ILGPU.Runtime;

namespace NativeSparse.Kernels;

/// <summary>Experts of low-rank deltas on a device, some tokens at a time.</summary>
internal sealed class DeviceLowRankDispatch(Device device)
{
    /// <summary>Values of the largest intermediate matrix of one pass.</summary>
    private const long PassValues = 1 << 25;

    private readonly DeviceLowRankPass _pass = new(device);

    public void Run(
        in Execution execution, View x, in Routing routing, in FeedForwardMatrices network, LowRankExperts experts, float scale, View y)
    {
        var own = experts as DeviceLowRankExperts;
        LowRankArguments.CheckRun(x, routing, network, experts, own?.GateOut is not null, y);
        if (own?.Device != device)
        {
            throw DenseArguments.Foreign(device.Name, nameof(experts));
        }

        foreach (var matrix in (ReadOnlySpan<PackedMatrix>)[network.Up, network.Gate ?? network.Up, network.Down])
        {
            if (!(matrix is DeviceMatrix part && part.Table.Device == device))
            {
                throw DenseArguments.Foreign(device.Name, nameof(network));
            }
        }

        execution.Cancellation.ThrowIfCancellationRequested();
        if (x.Rows == 0 || routing.Experts.Columns == 0)
        {
            return;
        }

        try
        {
            using var call = new DeviceCall(device);
            var operands = new DeviceExpertOperands
            {
                X = call.Read(x),
                Y = call.Update(y),
                Counts = call.Read(routing.Counts),
                Experts = call.Read(routing.Experts),
                Weights = call.Read(routing.Weights),
                Capacity = routing.Experts.Columns,
                Scale = scale,
            };
            var placed = network with
            {
                UpBias = call.Read(network.UpBias),
                GateBias = call.Read(network.GateBias),
                DownBias = call.Read(network.DownBias),
            };
            var widest = Math.Max(own!.HiddenWidth, own.OutputWidth);
            var block = (int)Math.Clamp(PassValues / ((long)operands.Capacity * widest), 1, x.Rows);
            for (var first = 0; first < x.Rows; first += block)
            {
                execution.Cancellation.ThrowIfCancellationRequested();
                using var scope = device.Workspace.Enter();
                _pass.Run(call, placed, own, operands, first, Math.Min(block, x.Rows - first));
            }

            call.Finish();
        }
        catch (AcceleratorException failure)
        {
            throw new DeviceLostException(device.Name, failure);
        }
    }
}
