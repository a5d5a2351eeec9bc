using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Switches gradient recording off on this thread until the result is disposed.</summary>
    public static IDisposable no_grad() => new GradientMode(false);

    public static IDisposable enable_grad(bool enabled = true) => new GradientMode(enabled);

    public static IDisposable set_grad_enabled(bool mode = true) => new GradientMode(mode);

    public static bool is_grad_enabled() => Native.maas_grad_enabled() != 0;

    /// <summary>As <see cref="no_grad"/>, and tensors created in it carry no version counter either.</summary>
    public static IDisposable inference_mode(bool mode = true) => new InferenceMode(mode);

    public static bool is_inference_mode_enabled() => Native.maas_inference_mode_enabled() != 0;

    private sealed class GradientMode : IDisposable
    {
        private readonly int _before = Native.maas_grad_enabled();

        public GradientMode(bool enabled) => Native.maas_set_grad_enabled(enabled ? 1 : 0);

        public void Dispose() => Native.maas_set_grad_enabled(_before);
    }

    // The guard restores the thread's state when it is left, so it is left on the thread that entered it, once.
    private sealed class InferenceMode(bool enabled) : IDisposable
    {
        private nint _guard = Native.maas_inference_mode_enter(enabled ? 1 : 0);

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _guard, 0) is var guard and not 0) Native.maas_inference_mode_exit(guard);
        }
    }
}
