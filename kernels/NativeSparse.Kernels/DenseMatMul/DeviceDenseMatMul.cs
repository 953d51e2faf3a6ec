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
            var product = new DeviceProduct { Table = own.Table, Bias = bias, Multiplier = multiplier, Activation = epilogue.Activation };
            _products.Run(call, call.Read(x), product, result);
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
            var isPair = gate is not null && up.Table.IsPairOf(gate.Table);
            var expansion = new DeviceProduct
            {
                Table = up.Table,
                Bias = call.Read(network.UpBias),
                Gate = isPair ? gate!.Table : null,
                GateBias = isPair ? call.Read(network.GateBias) : default,
                Activation = gate is null || isPair ? network.Activation : default,
                KeepsRanges = down.Precision == Precision.Int8 && (gate is null || isPair),
            };
            var ranges = _products.Run(call, input, expansion, hidden);
            if (gate is not null && !isPair)
            {
                var product = new DeviceProduct
                {
                    Table = gate.Table,
                    Bias = call.Read(network.GateBias),
                    Multiplier = hidden,
                    Activation = network.Activation,
                    KeepsRanges = down.Precision == Precision.Int8,
                };
                ranges = _products.Run(call, input, product, hidden);
            }

            _products.Run(call, hidden, new DeviceProduct { Table = down.Table, Bias = call.Read(network.DownBias), Ranges = ranges }, result);
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
