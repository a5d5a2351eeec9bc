using TorchSharp.Modules;
using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>Base of all modules: a tree of parameters, buffers and submodules.</summary>
        /// <remarks>
        /// A module owns its parameters and buffers: <see cref="Dispose()"/> frees them. After its constructor a module
        /// calls <see cref="RegisterComponents"/>, which finds what its fields hold.
        /// </remarks>
        public partial class Module : IDisposable
        {
            protected OrderedDict<string, Module> _internal_submodules = new();
            protected OrderedDict<string, (Tensor, bool)> _internal_buffers = new();
            protected OrderedDict<string, Parameter> _internal_params = new();
            protected string? name;
            protected DeviceType _deviceType = DeviceType.CPU;
            protected int _deviceIndex = -1;

            private bool _training = true;
            private bool _areComponentsRegistered;

            protected Module(string name) => this.name = name;

            ~Module() => Dispose(false);

            internal bool IsDisposed { get; private set; }

            public virtual bool training => _training;

            /// <summary>The name that the constructor gave, else the name of the type.</summary>
            public virtual string GetName() => string.IsNullOrEmpty(name) ? GetType().Name : name;

            /// <summary>Puts this module and all below it into training mode (or evaluation mode).</summary>
            public virtual void train(bool train = true)
            {
                _training = train;
                foreach (var (_, child) in named_children()) child.train(train);
            }

            public virtual void eval() => train(false);

            /// <summary>Calls <paramref name="fn"/> on every submodule, then on this module.</summary>
            public virtual Module apply(Action<Module> fn)
            {
                foreach (var (_, child) in named_children()) child.apply(fn);
                fn(this);
                return this;
            }

            /// <summary>Drops the gradients of all parameters, or fills them with zeros.</summary>
            public virtual void zero_grad(bool set_to_none = true)
            {
                using var _ = no_grad();
                foreach (var (_, parameter) in named_parameters())
                {
                    using var grad = parameter.grad;
                    if (grad is null) continue;
                    if (set_to_none) parameter.grad = null;
                    else grad.zero_().Dispose();
                }
            }

            public static Module Create<T>(string path) where T : Module, new() => new T().load(path);

            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            /// <summary>Frees parameters, buffers and submodules. The finalizer frees nothing: tensors have their own.</summary>
            protected virtual void Dispose(bool disposing)
            {
                if (!disposing || IsDisposed) return;
                IsDisposed = true;
                foreach (var (_, (buffer, _)) in _internal_buffers) buffer.DetachFromDisposeScope().Dispose();
                foreach (var (_, parameter) in named_parameters(false)) parameter.DetachFromDisposeScope().Dispose();
                foreach (var (_, child) in named_children()) child.Dispose();
            }
        }
    }
}
