namespace MaaS.Core.Tests.InputData;

/// <summary>The arrays that NumPy wrote: Fixtures/make_arrays.py.</summary>
internal static class ArrayFixture
{
    public static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "InputData", "Fixtures", file);
}
