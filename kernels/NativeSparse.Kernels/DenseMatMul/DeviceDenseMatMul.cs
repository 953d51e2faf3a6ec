using ILGPU;
using ILGPU.Runtime;

namespace NativeSparse.Kernels;

/// <summary>Products on a device: <see cref="TileKernel"/> for many rows, <see cref="RowKernel"/> for few.</summary>
internal sealed class DeviceDenseMatMul(Device device) : IDenseMatMul
{
    public const string VersionName = "ilgpu";

    private readonly DeviceProducts _products = new(device);

    public string Version => VersionName;

    public PackedMatrix Pack(ReadOnlySpan<float> weights, int inputWidth, int outputWidth, Precision precision)
    {
        DenseArguments.CheckPack(weights.Length, inputWidth, outputWidth);
        return precision switch
        {
            Precision.Float32 or Precision.BFloat16 => new DeviceMatrix(device, weights, inputWidth, outputWidth, precision),
            Precision.Int8 => Pack(QuantizedWeights.Round(weights, inputWidth, outputWidth)),
            _ => throw DeviceProducts.UnknownPrecision(device, precision),
        };
    }

    public PackedMatrix Pack(QuantizedWeights weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return new DeviceMatrix(device, weights);
    }

    public PackedMatrix Pack(QuantizedInt4Weights weights, bool hasGroupScales = false)
    {
        ArgumentNullException.ThrowIfNull(weights);
        throw DeviceProducts.UnknownPrecision(device, Precision.Int4);
    }

    public void Run(in Execution execution, View x, PackedMatrix weights, in Epilogue epilogue, View y)
    {
        DenseArguments.CheckRun(x, weights, epilogue, y);
        var own = Own(weights, nameof(weights));
        execution.Cancellation.ThrowIfCancellationRequested();
        try
        {
            using var call = new DeviceCall(device);
            var multiplier = call.Read(epilogue.Multiplier);
            var bias = call.Read(epilogue.Bias);
            var result = call.Write(y);
            _products.Run(call, call.Read(x), own.Table, bias, multiplier, epilogue.Activation, result);
            call.Finish();
        }
        catch (AcceleratorException failure)
        {
            throw new DeviceLostException(device.Name, failure);
        }
    }

    public void RunFeedForward(in Execution execution, View x, in FeedForwardMatrices network, View y)
    {
        DenseArguments.CheckRun(x, network, y);
        var (up, down) = (Own(network.Up, "up"), Own(network.Down, "down"));
        var gate = network.Gate is null ? null : Own(network.Gate, "gate");
        execution.Cancellation.ThrowIfCancellationRequested();
        try
        {
            using var call = new DeviceCall(device);
            var input = call.Read(x);
            var result = call.Write(y);
            var hidden = call.Rent(x.Rows, up.OutputWidth);
            _products.Run(call, input, up.Table, call.Read(network.UpBias), default, gate is null ? network.Activation : default, hidden);
            if (gate is not null)
            {
                _products.Run(call, input, gate.Table, call.Read(network.GateBias), hidden, network.Activation, hidden);
            }

            _products.Run(call, hidden, down.Table, call.Read(network.DownBias), default, default, result);
            call.Finish();
        }
        catch (AcceleratorException failure)
        {
            throw new DeviceLostException(device.Name, failure);
        }
    }

    private DeviceMatrix Own(PackedMatrix matrix, string operand) =>
        matrix is DeviceMatrix own && own.Table.Device == device ? own : throw DenseArguments.Foreign(device.Name, operand);
}
