using System.Runtime.CompilerServices;
using MaaS.Training.Startup;

namespace MaaS.Training.Models;

/// <summary>Checks before a model makes its first weight: constructor arguments, and that there is a libtorch.</summary>
internal static class ModelCheck
{
    public static void AtLeast(long value, long minimum, string name, [CallerFilePath] string model = "")
    {
        NativeLibraries.RequireLibTorch();
        if (value < minimum)
        {
            throw new ArgumentOutOfRangeException(
                name, value, $"{Path.GetFileNameWithoutExtension(model)}: expected {name} of at least {minimum}.");
        }
    }
}
