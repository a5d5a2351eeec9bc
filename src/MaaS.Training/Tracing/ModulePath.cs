namespace MaaS.Training.Tracing;

/// <summary>Which submodule is running on this thread, as far as its hooks tell (see
/// <see cref="ModuleScopes"/>).</summary>
internal static class ModulePath
{
    [ThreadStatic]
    private static Stack<string>? running;

    [ThreadStatic]
    private static Action<string>? changed;

    /// <summary>The path, such as <c>encoder.layers.0</c>; empty for the module itself.</summary>
    public static string Current => running is { Count: > 0 } paths ? paths.Peek() : "";

    /// <summary>Called with the new path when another submodule runs on this thread.</summary>
    public static Action<string>? Changed
    {
        get => changed;
        set => changed = value;
    }

    /// <summary>Forgets submodules whose forward threw.</summary>
    public static void Restart() => running = new Stack<string>();

    /// <summary>A submodule begins.</summary>
    public static void Enter(string path)
    {
        running ??= new Stack<string>();
        running.Push(path);
        changed?.Invoke(path);
    }

    /// <summary>A submodule ends, and with it those inside it whose forward threw.</summary>
    public static void Leave(string path)
    {
        while (running is { Count: > 0 } paths && paths.Pop() != path)
        {
        }

        changed?.Invoke(Current);
    }
}
