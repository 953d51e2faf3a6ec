using Google.Protobuf;
using NativeSparse.Onnx.Protobuf;

namespace NativeSparse.Onnx.Tests.Fuzzing;

/// <summary>Makes the n-th damaged file of a list of good ones: the same n gives the same bytes.</summary>
internal sealed class ModelMutator(IReadOnlyList<byte[]> sources)
{
    internal byte[] Mutant(int index)
    {
        var random = new Random(index);
        var bytes = sources[random.Next(sources.Count)];
        if (random.Next(3) == 0)
        {
            return ByteMutations.Apply(bytes, random);
        }

        var model = ModelProto.Parser.ParseFrom(bytes);
        for (var i = random.Next(1, 5); i > 0; i--)
        {
            new StructureMutations(model, random).Apply();
        }

        var mutated = model.ToByteArray();
        return random.Next(8) == 0 ? ByteMutations.Apply(mutated, random) : mutated;
    }
}
