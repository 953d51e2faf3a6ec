namespace NativeSparse.Onnx.Tests;

/// <summary>Sites counted over files.</summary>
internal sealed class ZooCount
{
    public int Expected { get; set; }

    public int Found { get; set; }

    public int Wrong { get; set; }

    public int Optional { get; set; }

    public override string ToString() => $"{Found} of {Expected} sites found, {Wrong} wrong";
}
