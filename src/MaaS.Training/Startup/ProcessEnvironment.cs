using System.Runtime.InteropServices;

namespace MaaS.Training.Startup;

/// <summary>The environment variables that native libraries see.</summary>
internal static partial class ProcessEnvironment
{
    /// <summary>The value of a variable; null where it is missing or empty.</summary>
    public static string? Get(string name)
        => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    /// <summary>Sets a variable for this process and those that it starts.</summary>
    /// <remarks>
    /// .NET keeps a copy of the environment on Unix, which getenv does not see: there both are written.
    /// </remarks>
    public static void Set(string name, string value)
    {
        Environment.SetEnvironmentVariable(name, value);
        if (!OperatingSystem.IsWindows() && SetNative(name, value, 1) != 0)
        {
            throw new InvalidOperationException(
                $"setenv {name}={value}: expected 0, got error {Marshal.GetLastPInvokeError()}; "
                + "set the variable before the program starts.");
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int SetNative(string name, string value, int overwrite);
}
