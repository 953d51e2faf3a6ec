namespace NativeSparse.Tests.Forms.Dense;

public sealed class DenseFormTests() : FormContractTests("dense", null, () => null, () => null);
