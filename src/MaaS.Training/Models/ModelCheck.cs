using System.Runtime.CompilerServices;

namespace MaaS.Training.Models;

/// <summary>Checks of constructor arguments.</summary>
internal static class ModelCheck
{
    public static void AtLeast(long value, long minimum, string name, [CallerFilePath] string model = "")
    {
        if (value < minimum)
        {
            throw new ArgumentOutOfRangeException(
                name, value, $"{Path.GetFileNameWithoutExtension(model)}: expected {name} of at least {minimum}.");
        }
    }
}
