using TorchSharp.Interop;
using static TorchSharp.Interop.Dispatcher;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Decompositions, solvers and norms of matrices and batches of them.</summary>
    public static class linalg
    {
        public enum QRMode
        {
            Reduced = 0,
            Complete = 1,
            R = 2,
        }

        public static Tensor cholesky(Tensor input) => Call("linalg_cholesky", input);

        public static (Tensor L, Tensor info) cholesky_ex(Tensor input, bool check_errors = false) =>
            Call2("linalg_cholesky_ex", input, false, check_errors);

        public static Tensor cond(Tensor input) => Call("linalg_cond", input);
        public static Tensor cond(Tensor input, int p) => Call("linalg_cond", input, p);
        public static Tensor cond(Tensor input, double p) => Call("linalg_cond", input, p);
        public static Tensor cond(Tensor input, string p) => Call("linalg_cond.p_str", input, p);

        public static Tensor cross(Tensor input, Tensor other, long dim = -1) =>
            Call("linalg_cross", input, other, dim);

        public static Tensor det(Tensor input) => Call("linalg_det", input);

        public static Tensor diagonal(Tensor input, int offset = 0, int dim1 = -2, int dim2 = -1) =>
            Call("linalg_diagonal", input, offset, dim1, dim2);

        public static (Tensor, Tensor) eigh(Tensor input, char UPLO = 'L') =>
            Call2("linalg_eigh", input, UPLO.ToString());

        public static Tensor eigvalsh(Tensor input, char UPLO = 'L') =>
            Call("linalg_eigvalsh", input, UPLO.ToString());

        public static Tensor householder_product(Tensor A, Tensor tau) => Call("linalg_householder_product", A, tau);

        public static Tensor inv(Tensor input) => Call("linalg_inv", input);

        public static (Tensor L, Tensor info) inv_ex(Tensor input, bool check_errors = false) =>
            Call2("linalg_inv_ex", input, check_errors);

        public static (Tensor P, Tensor L, Tensor U) lu(Tensor input, bool pivot = true) =>
            Call3("linalg_lu", input, pivot);

        public static (Tensor LU, Tensor Pivots) lu_factor(Tensor input, bool pivot = true) =>
            Call2("linalg_lu_factor", input, pivot);

        public static Tensor matrix_exp(Tensor input) => Call("linalg_matrix_exp", input);

        public static Tensor matrix_norm(
            Tensor input, string ord = "fro", long[]? dims = null, bool keepdim = false) =>
            Call("linalg_matrix_norm.str_ord", input, ord, dims ?? [-2, -1], keepdim);

        public static Tensor matrix_norm(Tensor input, double ord, long[]? dims = null, bool keepdim = false) =>
            Call("linalg_matrix_norm", input, ord, dims ?? [-2, -1], keepdim);

        public static Tensor matrix_rank(
            Tensor input, double? atol = null, double? rtol = null, bool hermitian = false) =>
            Call("linalg_matrix_rank.atol_rtol_float", input, atol, rtol, hermitian);

        public static Tensor matrix_rank(Tensor input, Tensor atol, Tensor? rtol = null, bool hermitian = false) =>
            Call("linalg_matrix_rank.atol_rtol_tensor", input, atol, rtol, hermitian);

        public static Tensor multi_dot(IList<Tensor> tensors) => Call("linalg_multi_dot", tensors.ToArray());

        public static Tensor norm(Tensor input, string ord, long[]? dims = null, bool keepdim = false) =>
            Call("linalg_norm.ord_str", input, ord, dims, keepdim);

        public static Tensor norm(Tensor input, double ord, long[]? dims = null, bool keepdim = false) =>
            Call("linalg_norm", input, ord, dims, keepdim);

        public static Tensor norm(Tensor input, int ord, long[]? dims = null, bool keepdim = false) =>
            Call("linalg_norm", input, ord, dims, keepdim);

        public static Tensor norm(Tensor input, long[]? dims = null, bool keepdim = false) =>
            Call("linalg_norm", input, Arg.None, dims, keepdim);

        public static Tensor pinv(Tensor input, double? atol = null, double? rtol = null, bool hermitian = false) =>
            Call("linalg_pinv.atol_rtol_float", input, atol, rtol, hermitian);

        public static Tensor pinv(Tensor input, Tensor atol, Tensor? rtol = null, bool hermitian = false) =>
            Call("linalg_pinv.atol_rtol_tensor", input, atol, rtol, hermitian);

        public static (Tensor Q, Tensor R) qr(Tensor input, QRMode mode = QRMode.Reduced) =>
            Call2("linalg_qr", input, mode.ToString().ToLowerInvariant());

        public static (Tensor, Tensor) slogdet(Tensor input) => Call2("linalg_slogdet", input);

        public static Tensor solve(Tensor A, Tensor B, bool left = true) => Call("linalg_solve", A, B, left);

        public static (Tensor U, Tensor S, Tensor Vh) svd(Tensor input, bool fullMatrices = true) =>
            Call3("linalg_svd", input, fullMatrices);

        public static Tensor svdvals(Tensor input) => Call("linalg_svdvals", input);

        public static Tensor tensorinv(Tensor input, long ind) => Call("linalg_tensorinv", input, ind);

        public static Tensor tensorsolve(Tensor A, Tensor B, long[] dims) => Call("linalg_tensorsolve", A, B, dims);

        public static Tensor vander(Tensor input, long? N = null) => Call("linalg_vander", input, N);

        public static Tensor vector_norm(
            Tensor input, double ord = 2, long[]? dims = null, bool keepdim = false) =>
            Call("linalg_vector_norm", input, ord, dims, keepdim);
    }
}
