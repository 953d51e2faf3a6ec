namespace NativeSparse.Kernels.Tests;

/// <summary>A processor that says what a test tells it to.</summary>
internal sealed class StatedProcessor : IProcessor
{
    public string? Silence { get; init; }

    public uint MaxLeaf { get; init; } = 7;

    public uint Basic { get; init; } = 1u << 12 | 1u << 27 | 1u << 29;

    public uint Wide { get; init; } = 1u << 5 | 1u << 16;

    public uint Extended { get; init; } = 1u << 11;

    public uint Tiles { get; init; }

    public string? Refusal { get; init; }

    public uint Kept { get; init; } = 0b1110_0111;

    public Dictionary<string, string> Variables { get; init; } = [];

    public (uint Eax, uint Ebx, uint Ecx, uint Edx) Identify(uint leaf, uint subleaf) => leaf switch
    {
        0 => (MaxLeaf, 0, 0, 0),
        1 => (0, 0, Basic, 0),
        _ => (0, Wide, Extended, Tiles),
    };

    public uint KeptRegisters() => Kept;

    public string? RequestTiles() => Refusal;

    public string? Variable(string name) => Variables.GetValueOrDefault(name);
}
